//! Bytes become tables again, each number checked on the way.

use crate::error::{Error, Result, TableError};
use crate::numeric::bytes::Reader;
use crate::survival::data::near_ties::NearTies;
use crate::survival::risk_table::builder::Tally;
use crate::survival::risk_table::checks;
use crate::survival::risk_table::encoded::format::{
    ENTERING, EXACT, GROUPS, ONE_CENSORED, ONE_EVENT, REVERSED, SAMPLING, TABLE, Unit, VERSION, WEIGHTED,
    WHOLE,
};
use crate::survival::risk_table::fine::{Fine, FineRows};
use crate::survival::risk_table::risk_tables::RiskTables;
use crate::survival::risk_table::table::{RiskTable, WeightedRow};
use crate::survival::risk_table::tally::{At, Heads, Kind, Sums};

impl RiskTable {
    /// The table that [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    /// [`TableError::Encoding`](crate::TableError::Encoding) where the bytes were changed or are of another version;
    /// [`TableError::InconsistentTable`](crate::TableError::InconsistentTable) where they are those of no possible table.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = open(bytes)?;
        let table = read_table(&mut reader)?;
        close(&reader)?;
        Ok(table)
    }
}

impl RiskTables {
    /// The tables that [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    /// Those of [`RiskTable::decode`] and [`from_tables`](Self::from_tables).
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = open(bytes)?;
        header(&mut reader, GROUPS)?;
        let strata = match reader.byte() {
            Some(0) => false,
            Some(1) => true,
            _ => return refused(&reader, "it says neither that there are strata nor that there are none"),
        };
        let labels = texts(&mut reader)?;
        let strata = if strata { Some(texts(&mut reader)?) } else { None };
        let number = count(&mut reader)?;
        let mut tables = Vec::with_capacity(number);
        for _ in 0..number {
            tables.push(labels.iter().map(|_| read_table(&mut reader)).collect::<Result<Vec<_>>>()?);
        }
        close(&reader)?;
        Self::from_tables(labels, strata, tables)
    }
}

fn refused<T>(reader: &Reader, reason: &'static str) -> Result<T> {
    Err(Error::Table(TableError::Encoding { offset: reader.at(), reason }))
}

fn need<T>(reader: &Reader, value: Option<T>) -> Result<T> {
    match value {
        Some(value) => Ok(value),
        None => refused(reader, "it ends too early, or holds a number in more bytes than that needs"),
    }
}

fn open(bytes: &[u8]) -> Result<Reader<'_>> {
    let offset = bytes.len().saturating_sub(4);
    let reason = "the checksum is not that of the bytes: they were cut or changed, or are no risk table";
    Reader::checked(bytes).ok_or(Error::Table(TableError::Encoding { offset, reason }))
}

fn close(reader: &Reader) -> Result<()> {
    if reader.left() > 0 { refused(reader, "there are bytes after the end") } else { Ok(()) }
}

fn header(reader: &mut Reader, kind: u8) -> Result<()> {
    if reader.byte() != Some(kind) {
        return refused(reader, "it is no encoded risk table of this kind");
    }
    if reader.byte() != Some(VERSION) {
        return refused(reader, "it is of a version that this release does not read");
    }
    Ok(())
}

fn narrow(reader: &Reader, x: Option<u128>) -> Result<u32> {
    match u32::try_from(need(reader, x)?) {
        Ok(x) => Ok(x),
        Err(_) => refused(reader, "there are more subjects than a table counts"),
    }
}

/// A number of things that take at least a byte each.
fn count(reader: &mut Reader) -> Result<usize> {
    let number = reader.varint();
    match usize::try_from(need(reader, number)?) {
        Ok(number) if number <= reader.left() => Ok(number),
        _ => refused(reader, "it announces more than there are bytes for"),
    }
}

fn texts(reader: &mut Reader) -> Result<Vec<String>> {
    let number = count(reader)?;
    let mut texts = Vec::with_capacity(number);
    for _ in 0..number {
        let len = count(reader)?;
        let bytes = reader.take(len);
        match std::str::from_utf8(need(reader, bytes)?) {
            Ok(text) => texts.push(text.to_string()),
            Err(_) => return refused(reader, "a label is no text"),
        }
    }
    Ok(texts)
}

fn read_sums(reader: &mut Reader, heads: Heads, whole: bool) -> Result<[f64; 3]> {
    let mut sums = [0.0; 3];
    for (subjects, sum) in [heads.events, heads.censored, heads.entered].into_iter().zip(&mut sums) {
        if subjects > 0 {
            let value = if whole { reader.varint().map(|x| x as f64) } else { reader.float() };
            *sum = need(reader, value)?;
        }
    }
    Ok(sums)
}

fn read_heads(reader: &mut Reader, entering: bool) -> Result<Heads> {
    let mut next = || {
        let number = reader.varint();
        narrow(reader, number)
    };
    Ok(Heads { events: next()?, censored: next()?, entered: if entering { next()? } else { 0 } })
}

fn read_table(reader: &mut Reader) -> Result<RiskTable> {
    header(reader, TABLE)?;
    let flags = reader.byte();
    let flags = need(reader, flags)?;
    let has = |flag: u8| flags & flag > 0;
    if flags >= 2 * WHOLE || (flags & (SAMPLING | REVERSED | WHOLE) > 0 && !has(WEIGHTED)) {
        return refused(reader, "there is no such kind of counts");
    }
    let place = reader.byte();
    let Some(unit) = need(reader, place).map(Unit::read)? else {
        return refused(reader, "there is no such unit of time");
    };
    let kind = Kind { sampling: has(SAMPLING), reversed: has(REVERSED) };
    let rows = count(reader)?;
    let mut time = Vec::with_capacity(rows);
    let mut heads = Vec::with_capacity(rows);
    let mut weighted = Vec::with_capacity(if has(WEIGHTED) { rows } else { 0 });
    let mut number = 0_u64;
    for _ in 0..rows {
        let code = reader.varint();
        let code = need(reader, code)?;
        let sum = u64::try_from(code >> 2).ok().and_then(|step| number.checked_add(step));
        number = need(reader, sum)?;
        time.push(unit.time(number));
        let row = match code & 3 {
            ONE_EVENT => Heads { events: 1, ..Heads::default() },
            ONE_CENSORED => Heads { censored: 1, ..Heads::default() },
            who => read_heads(reader, who == ENTERING)?,
        };
        if row.is_nobody() {
            return refused(reader, "nobody leaves or enters at one of the times");
        }
        heads.push(row);
        if has(WEIGHTED) {
            let [events, censored, entered] = read_sums(reader, row, has(WHOLE))?;
            weighted.push(WeightedRow {
                events,
                censored,
                entered,
                event_subjects: row.events,
                censored_subjects: row.censored,
                entered_subjects: row.entered,
                ..WeightedRow::default()
            });
        }
    }
    checks::check_times(&time)?;
    checks::check_heads(heads.iter().copied())?;
    let table = if has(WEIGHTED) {
        let lost = read_lost(reader)?;
        Sums::table(checks::sums(&time, &weighted, &lost)?.iter().copied(), kind)
    } else {
        Heads::table(time.iter().zip(&heads).map(|(&time, &counts)| At { time, counts }), kind)
    };
    let near_ties = if has(EXACT) { NearTies::Exact } else { NearTies::Merge };
    let table = RiskTable { near_ties, ..table };
    let fine = read_fine(reader, has(WEIGHTED), has(WHOLE))?;
    checks::check_fine(&table, &fine)?;
    Ok(RiskTable { fine, ..table })
}

fn read_lost(reader: &mut Reader) -> Result<Vec<(u32, [f64; 3])>> {
    let number = count(reader)?;
    let mut lost = Vec::with_capacity(number);
    for _ in 0..number {
        let row = reader.varint();
        let row = narrow(reader, row)?;
        let mut lows = [0.0; 3];
        for low in &mut lows {
            let value = reader.float();
            *low = need(reader, value)?;
        }
        lost.push((row, lows));
    }
    Ok(lost)
}

fn read_fine(reader: &mut Reader, weighted: bool, whole: bool) -> Result<FineRows> {
    let number = count(reader)?;
    let mut fine = FineRows { rows: Vec::with_capacity(number), sums: Vec::new() };
    for _ in 0..number {
        let row = reader.varint();
        let row = narrow(reader, row)?;
        let time = reader.float();
        let time = need(reader, time)?;
        let heads = read_heads(reader, true)?;
        fine.rows.push(Fine { row, time, heads });
        if weighted {
            let mut sums = read_sums(reader, heads, whole)?.map(|high| [high, 0.0]);
            for [_, low] in &mut sums {
                if !whole {
                    let value = reader.float();
                    *low = need(reader, value)?;
                }
            }
            fine.sums.push(sums);
        }
    }
    Ok(fine)
}

#[cfg(test)]
mod tests {
    use crate::numeric::bytes::Writer;
    use crate::survival::data::near_ties::NearTies;
    use crate::survival::data::right_censored::RightCensored;
    use crate::survival::data::weights::Weights;
    use crate::survival::risk_table::table::RiskTable;

    /// Subjects, late entries, near ties, whole and broken weights: each with few rows.
    fn tables() -> Vec<RiskTable> {
        let data = |time: [f64; 5]| RightCensored::new(time.to_vec(), vec![true, false, true, true, false]);
        let days = data([6.0, 6.0, 7.0, 300.0, 301.0]).unwrap();
        let near = data([0.3, 0.1 + 0.2, 2.0, 5.0, 0.0]).unwrap();
        let late = days.clone().with_entry(&[0.0, 2.0, 6.0, 6.0, 7.5]).unwrap();
        let whole = late.clone().with_weights(Weights::replication(&[1.0, 2.0, 300.0, 0.0, 4.0])).unwrap();
        let broken = near.clone().with_weights(Weights::replication(&[0.1, 1e-9, 3e4, 0.7, 1.0])).unwrap();
        let sampled = days.clone().with_weights(Weights::sampling(&[0.5, 1.5, 2.0, 1.0, 1.0])).unwrap();
        let mut tables: Vec<RiskTable> =
            [days, near, late, whole, broken, sampled].iter().map(RiskTable::new).collect();
        tables.push(tables[2].reversed());
        tables.push(RiskTable::default());
        tables
    }

    #[test]
    fn a_table_comes_back_as_it_was_with_its_rule_for_near_ties() {
        for table in tables() {
            let back = RiskTable::decode(&table.encode()).unwrap();
            assert_eq!((&back, back.near_ties), (&table, table.near_ties));
            let exact = RiskTable { near_ties: NearTies::Exact, ..table };
            assert_eq!(RiskTable::decode(&exact.encode()).unwrap().near_ties, NearTies::Exact);
        }
    }

    #[test]
    fn bytes_with_the_right_checksum_are_checked_all_the_same() {
        let mut accepted = 0;
        for table in tables() {
            let bytes = table.encode();
            let body = &bytes[..bytes.len() - 4];
            for at in 0..body.len() {
                for value in 0..=255 {
                    let mut out = Writer::default();
                    out.all(&body[..at]);
                    out.all(&[value]);
                    out.all(&body[at + 1..]);
                    // What is accepted is another possible table: it is written and read as itself.
                    if let Ok(other) = RiskTable::decode(&out.finish()) {
                        assert_eq!(RiskTable::decode(&other.encode()).unwrap(), other);
                        accepted += 1;
                    }
                }
            }
        }
        assert!(accepted > 1000, "{accepted}");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let said = |body: &[u8]| {
            let mut out = Writer::default();
            out.all(body);
            RiskTable::decode(&out.finish()).unwrap_err().to_string()
        };
        assert_eq!(said(b"X"), "byte 1 of the encoded risk table: it is no encoded risk table of this kind");
        assert_eq!(
            said(b"R\x02"),
            "byte 2 of the encoded risk table: it is of a version that this release does not read"
        );
        assert!(said(&[b'R', 1, 2, 1, 0, 0]).ends_with("there is no such kind of counts"));
        assert!(said(&[b'R', 1, 0, 10, 0, 0]).ends_with("there is no such unit of time"));
        assert!(said(&[b'R', 1, 0, 1, 200, 1, 0]).ends_with("it announces more than there are bytes for"));
        assert!(
            said(&[b'R', 1, 0, 1, 1, 2, 0, 0, 0]).ends_with("nobody leaves or enters at one of the times")
        );
        assert!(said(&[b'R', 1, 0, 1, 0, 0, 0]).ends_with("there are bytes after the end"));
        assert!(said(&[b'R', 1, 0, 1, 2, 4, 0, 0]).ends_with("times must be finite and increasing"));
        let error = RiskTable::decode(b"no").unwrap_err().to_string();
        assert!(error.contains("the checksum is not that of the bytes"), "{error}");
    }
}
