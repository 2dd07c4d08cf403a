//! One group at a time and many at once: the two ways in which a query adds up.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Builder, LargeBinaryBuilder, new_empty_array,
};
use arrow::datatypes::Int64Type;
use datafusion_common::{Result, ScalarValue, exec_err};
use datafusion_expr::{Accumulator, EmitTo, GroupsAccumulator};

use crate::arguments::Task;
use crate::outcome::outcome;
use crate::quantity::Quantity;
use crate::state::State;

/// A group by itself: queries without `GROUP BY`, and windows.
#[derive(Debug)]
pub(crate) struct Plain {
    task: Arc<Task>,
    state: State,
}

impl Plain {
    pub(crate) fn new(task: Arc<Task>) -> Self {
        Self { task, state: State::default() }
    }
}

/// The columns of states: tables and numbers of rows skipped.
fn columns<'a>(
    task: &Task,
    values: &'a [ArrayRef],
) -> Result<(&'a arrow::array::LargeBinaryArray, &'a [i64])> {
    let [tables, skipped] = values else {
        return exec_err!("{}: a state has {} columns, not 2", task.function, values.len());
    };
    let (Some(tables), Some(skipped)) =
        (tables.as_binary_opt::<i64>(), skipped.as_primitive_opt::<Int64Type>())
    else {
        return exec_err!("{}: a state has columns of other types", task.function);
    };
    Ok((tables, skipped.values()))
}

impl Accumulator for Plain {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let batch = self.task.batch(values)?;
        (0..batch.len()).try_for_each(|i| self.state.push(&self.task, batch.row(i)?).map(|_| ()))
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        outcome(&self.task, &mut self.state)
    }

    fn size(&self) -> usize {
        self.state.bytes(&self.task)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let bytes = self.state.encode(&self.task)?;
        Ok(vec![ScalarValue::LargeBinary(bytes), ScalarValue::Int64(Some(self.state.skipped))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (tables, skipped) = columns(&self.task, states)?;
        self.state.skipped += skipped.iter().sum::<i64>();
        tables.iter().flatten().try_for_each(|bytes| self.state.merge(&self.task, bytes).map(|_| ()))
    }
}

/// Many groups, each with its number.
#[derive(Debug)]
pub(crate) struct Grouped {
    task: Arc<Task>,
    states: Vec<State>,
    /// The memory of all.
    size: usize,
}

impl Grouped {
    pub(crate) fn new(task: Arc<Task>) -> Self {
        Self { task, states: Vec::new(), size: 0 }
    }

    fn grow(&mut self, groups: usize) {
        if groups > self.states.len() {
            self.size += (groups - self.states.len()) * size_of::<State>();
            self.states.resize_with(groups, State::default);
        }
    }

    fn emit(&mut self, to: EmitTo) -> Vec<State> {
        let states = to.take_needed(&mut self.states);
        let emitted = states.iter().map(|state| state.bytes(&self.task)).sum();
        self.size = if self.states.is_empty() { 0 } else { self.size.saturating_sub(emitted) };
        states
    }
}

fn kept(filter: Option<&BooleanArray>, i: usize) -> bool {
    filter.is_none_or(|f| f.is_valid(i) && f.value(i))
}

/// States as columns.
fn states(task: &Task, states: impl Iterator<Item = State>) -> Result<Vec<ArrayRef>> {
    let (mut tables, mut skipped) = (LargeBinaryBuilder::new(), Int64Builder::new());
    for mut state in states {
        tables.append_option(state.encode(task)?);
        skipped.append_value(state.skipped);
    }
    Ok(vec![Arc::new(tables.finish()), Arc::new(skipped.finish())])
}

impl GroupsAccumulator for Grouped {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        number: usize,
    ) -> Result<()> {
        self.grow(number);
        let task = Arc::clone(&self.task);
        let batch = task.batch(values)?;
        let plain = batch.plain().filter(|_| !task.has_labels() && task.quantity != Quantity::Skipped);
        let mut grown = 0;
        match (plain, filter) {
            (Some((times, events)), None) => {
                for ((i, (&g, &time)), event) in groups.iter().zip(times).enumerate().zip(events.values()) {
                    let time = batch.checked_time(i, time)?;
                    grown += self.states[g].only().push_plain(&task, time, event)?;
                }
            }
            _ => {
                for (i, &g) in groups.iter().enumerate().filter(|&(i, _)| kept(filter, i)) {
                    grown += self.states[g].push(&task, batch.row(i)?)?;
                }
            }
        }
        self.size = self.size.saturating_add_signed(grown);
        Ok(())
    }

    fn evaluate(&mut self, to: EmitTo) -> Result<ArrayRef> {
        let task = Arc::clone(&self.task);
        let states = self.emit(to);
        if states.is_empty() {
            return Ok(new_empty_array(&task.quantity.return_type(task.part)));
        }
        let values: Result<Vec<ScalarValue>> =
            states.into_iter().map(|mut state| outcome(&task, &mut state)).collect();
        ScalarValue::iter_to_array(values?)
    }

    fn state(&mut self, to: EmitTo) -> Result<Vec<ArrayRef>> {
        let task = Arc::clone(&self.task);
        states(&task, self.emit(to).into_iter())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], number: usize) -> Result<()> {
        self.grow(number);
        let (tables, skipped) = columns(&self.task, values)?;
        for (i, &g) in groups.iter().enumerate() {
            self.states[g].skipped += skipped[i];
            if tables.is_valid(i) {
                let grown = self.states[g].merge(&self.task, tables.value(i))?;
                self.size = self.size.saturating_add_signed(grown);
            }
        }
        Ok(())
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let batch = self.task.batch(values)?;
        let rows = (0..batch.len()).map(|i| {
            let mut state = State::default();
            if kept(filter, i) {
                state.push(&self.task, batch.row(i)?)?;
            }
            Ok(state)
        });
        states(&self.task, rows.collect::<Result<Vec<State>>>()?.into_iter())
    }

    fn size(&self) -> usize {
        self.size
    }
}
