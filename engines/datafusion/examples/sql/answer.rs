//! What a query returns, as text: CSV, or JSON lines.

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::arrow::json::writer::{LineDelimited, WriterBuilder};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

pub fn json(batches: &[RecordBatch]) -> Result<Vec<u8>, String> {
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(Vec::new());
    let batches: Vec<&RecordBatch> = batches.iter().collect();
    writer.write_batches(&batches).and_then(|()| writer.finish()).map_err(|e| e.to_string())?;
    Ok(writer.into_inner())
}

pub fn csv(schema: &Schema, batches: &[RecordBatch]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    for field in schema.fields() {
        let advice = match field.data_type() {
            DataType::List(inner) if inner.data_type().is_nested() => {
                "unnest it, as in SELECT unnest(km_curve(time, event))"
            }
            DataType::Struct(_) => "take its fields, as in km_median_ci(time, event)['lower']",
            _ => continue,
        };
        return Err(format!(
            "the column {} has several values in a cell: {advice}, or print --json",
            field.name()
        ));
    }
    line(&mut out, schema.fields().iter().map(|field| field.name().clone()));
    for batch in batches {
        let format = FormatOptions::default();
        let columns: Vec<(&dyn Array, ArrayFormatter)> = batch
            .columns()
            .iter()
            .map(|c| {
                Ok((c.as_ref(), ArrayFormatter::try_new(c.as_ref(), &format).map_err(|e| e.to_string())?))
            })
            .collect::<Result<_, String>>()?;
        for i in 0..batch.num_rows() {
            let cell = |(c, f): &(&dyn Array, ArrayFormatter)| {
                if c.is_null(i) { String::new() } else { f.value(i).to_string() }
            };
            line(&mut out, columns.iter().map(cell));
        }
    }
    Ok(out)
}

fn line(out: &mut Vec<u8>, cells: impl Iterator<Item = String>) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            out.extend(format!("\"{}\"", cell.replace('"', "\"\"")).bytes());
        } else {
            out.extend(cell.bytes());
        }
    }
    out.push(b'\n');
}
