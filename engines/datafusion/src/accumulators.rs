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
        (0..batch.len()).try_for_each(|i| self.state.push(&self.task, batch.row(i)?))
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
        tables.iter().flatten().try_for_each(|bytes| self.state.merge(&self.task, bytes))
    }
}

/// Many groups, each with its number.
#[derive(Debug)]
pub(crate) struct Grouped {
    task: Arc<Task>,
    states: Vec<State>,
    /// The memory of each state, and their sum.
    sizes: Vec<usize>,
    size: usize,
}

impl Grouped {
    pub(crate) fn new(task: Arc<Task>) -> Self {
        Self { task, states: Vec::new(), sizes: Vec::new(), size: 0 }
    }

    fn grow(&mut self, groups: usize) {
        if groups > self.states.len() {
            self.size += (groups - self.states.len()) * (size_of::<State>() + size_of::<usize>());
            self.states.resize_with(groups, State::default);
            self.sizes.resize(groups, size_of::<State>());
        }
    }

    /// Takes the memory of the groups of a batch into account, each once.
    fn measure(&mut self, groups: &[usize]) {
        const AGAIN: usize = usize::MAX;
        for &g in groups {
            if self.sizes[g] != AGAIN {
                self.size -= self.sizes[g];
                self.sizes[g] = AGAIN;
            }
        }
        for &g in groups {
            if self.sizes[g] == AGAIN {
                self.sizes[g] = self.states[g].bytes(&self.task);
                self.size += self.sizes[g];
            }
        }
    }

    fn emit(&mut self, to: EmitTo) -> Vec<State> {
        let states = to.take_needed(&mut self.states);
        let sizes = to.take_needed(&mut self.sizes);
        self.size -= sizes.iter().map(|bytes| bytes + size_of::<usize>()).sum::<usize>();
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
        match (plain, filter) {
            (Some((times, events)), None) => {
                for (i, (&g, &time)) in groups.iter().zip(times).enumerate() {
                    let time = batch.checked_time(i, time)?;
                    self.states[g].only().push_plain(&task, time, events.value(i))?;
                }
            }
            _ => {
                for (i, &g) in groups.iter().enumerate().filter(|&(i, _)| kept(filter, i)) {
                    self.states[g].push(&task, batch.row(i)?)?;
                }
            }
        }
        self.measure(groups);
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
                self.states[g].merge(&self.task, tables.value(i))?;
            }
        }
        self.measure(groups);
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
