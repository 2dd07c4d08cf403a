//! Times on a grid: a table whose size the caller decides, and what that does to the curve.
//!
//! Exits move to the end of their cell and entries to its start. Within a cell nothing is known of the order any more. A table
//! puts events first; the data themselves lie between that and the other extreme, in which all who were censored left
//! before the events and all who entered came after them.

use crate::error::{Error, Result};
use crate::survival::data::near_ties::NearTies;
use crate::survival::risk_table::builder::Tally;
use crate::survival::risk_table::checks::check_heads;
use crate::survival::risk_table::risk_tables::RiskTables;
use crate::survival::risk_table::table::RiskTable;
use crate::survival::risk_table::tally::{At, Heads, Sums};

/// A risk table on a grid, and the limits between which the curve of the data lies. Made by
/// [`RiskTable::on_grid`].
///
/// With `d` events among `n` at risk in a cell in which `c` are censored and `e` enter, the Kaplan-Meier factor of the table is
/// `1 − d/n`, and that of the data at the end of the cell lies in `[1 − d/(n − c − e), 1 − d/n]` (0 below where `d ≥ n − c −
/// e`): single events telescope, and nobody is at risk at them who is not among the `n`. So the table's curve is never below
/// that of the data at the grid's times, and [`bounds`](Self::bounds) tells by how much it may be above.
///
/// # Example
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored, RiskTable};
///
/// let data = RightCensored::new(&[0.5, 1.2, 1.7, 2.9], &[true, false, true, true])?;
/// let exact = KaplanMeier::fit(&data);
/// let grid = RiskTable::new(&data).on_grid(1.0)?;
/// assert_eq!(grid.table().times(), [1.0, 2.0, 3.0]);
///
/// let curve = KaplanMeier::from_table(grid.table().clone());
/// assert_eq!(curve.at(2.0).value()?, 0.5); // the one censored at 1.2 counts as at risk at 1.7
/// assert_eq!(exact.at(2.0).value()?, 0.375);
/// let at_2 = grid.bounds()[1];
/// assert_eq!((at_2.time(), at_2.lower(), at_2.upper()), (2.0, 0.375, 0.5));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GridTable {
    table: RiskTable,
    width: f64,
}

/// Between which values the Kaplan-Meier curve of the data lies at a time of the grid. Made by [`GridTable::bounds`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridBound {
    time: f64,
    lower: f64,
    upper: f64,
}

impl GridBound {
    /// The time, an end of a cell.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The least that the curve of the data can be there.
    #[must_use]
    pub fn lower(&self) -> f64 {
        self.lower
    }

    /// The most that it can be there: what the curve of the table is.
    #[must_use]
    pub fn upper(&self) -> f64 {
        self.upper
    }
}

impl GridTable {
    /// The table, whose times are multiples of the width.
    #[must_use]
    pub fn table(&self) -> &RiskTable {
        &self.table
    }

    /// The table without the grid's width.
    #[must_use]
    pub fn into_table(self) -> RiskTable {
        self.table
    }

    /// The width of a cell.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.width
    }

    /// The limits of the Kaplan-Meier curve of the data at each time at which somebody leaves.
    ///
    /// They hold for all rows together and for tables that were merged on one grid.
    #[must_use]
    pub fn bounds(&self) -> Vec<GridBound> {
        let (mut lower, mut upper) = (1.0_f64, 1.0_f64);
        // Who entered in the cell that ends at this time stands at its start.
        let (mut entered, mut start) = (0.0, f64::NEG_INFINITY);
        let mut bounds = Vec::with_capacity(self.table.len());
        for row in self.table.rows() {
            let in_cell = if row.time - start < 1.5 * self.width { entered } else { 0.0 };
            if row.events > 0.0 {
                upper *= 1.0 - row.events / row.at_risk;
                let least = row.at_risk - row.censored - in_cell;
                lower *= if row.events < least { 1.0 - row.events / least } else { 0.0 };
            }
            if row.is_exit() {
                bounds.push(GridBound { time: row.time, lower, upper });
            }
            (entered, start) = (row.entered, row.time);
        }
        bounds
    }
}

impl RiskTable {
    /// The table with its times on a grid: exits at the next multiple of `width`, entries at the last one. Times that are a
    /// multiple but for rounding error stay there.
    ///
    /// A table of `T/width` rows at most, whatever the number of distinct times up to `T`. Tables on one grid merge as
    /// others do, and the table of the parts is that of the whole. Times of the grid are no near ties of each other, whatever
    /// the width.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `width` is not positive, so small that multiples cannot be told apart, or where somebody enters and
    /// leaves within rounding error of one multiple.
    ///
    /// # Example
    /// See [`GridTable`].
    pub fn on_grid(&self, width: f64) -> Result<GridTable> {
        if !(width > 0.0 && width.is_finite()) {
            return Err(Error::OutOfRange {
                argument: "width",
                value: width,
                must_be: "positive and finite",
            });
        }
        if !(self.last_time().unwrap_or(0.0) / width < 4503599627370496.0) {
            let must_be = "at least the last time divided by 2⁵²";
            return Err(Error::OutOfRange { argument: "width", value: width, must_be });
        }
        let mut table = match self.exact_heads() {
            Some(rows) => moved::<Heads>(&rows, width, |c| {
                (Heads { entered: 0, ..c }, Heads { entered: c.entered, ..Heads::default() })
            })
            .map(|rows| Heads::table(rows.iter().copied(), self.kind())),
            None => moved::<Sums>(&self.exact_sums(), width, |c| {
                let entered = Sums {
                    entered: c.entered,
                    heads: Heads { entered: c.heads.entered, ..Heads::default() },
                    ..Sums::default()
                };
                let heads = Heads { entered: 0, ..c.heads };
                (Sums { entered: Sums::default().entered, heads, ..c }, entered)
            })
            .map(|rows| Sums::table(rows.iter().copied(), self.kind())),
        }?;
        // Multiples of a width are times of their own, however close.
        table.near_ties = NearTies::Exact;
        Ok(GridTable { table, width })
    }
}

impl RiskTables {
    /// All tables on one grid: see [`RiskTable::on_grid`].
    ///
    /// # Errors
    /// Those of [`RiskTable::on_grid`].
    pub fn on_grid(&self, width: f64) -> Result<Self> {
        let on_grid = |table: &RiskTable| Ok(table.on_grid(width)?.into_table());
        let stratum = |tables: &Vec<RiskTable>| tables.iter().map(on_grid).collect::<Result<Vec<_>>>();
        let tables = self.tables.iter().map(stratum).collect::<Result<Vec<_>>>()?;
        Ok(Self { labels: self.labels.clone(), strata: self.strata.clone(), tables })
    }
}

/// The rows at their grid times. `split` parts who leaves from who enters.
fn moved<C: Tally>(rows: &[At<C>], width: f64, split: fn(C) -> (C, C)) -> Result<Vec<At<C>>> {
    let mut moved: Vec<At<C>> = Vec::with_capacity(rows.len() + 1);
    for &At { time, counts } in rows {
        let (leaving, entering) = split(counts);
        if leaving.heads().leaving() > 0 {
            moved.push(At { time: multiple(time, width, f64::ceil), counts: leaving });
        }
        // Who enters in the first cell stands at 0: the bounds must know of them.
        if entering.heads().entered > 0 {
            moved.push(At { time: multiple(time, width, f64::floor), counts: entering });
        }
    }
    moved.sort_by(|a, b| a.time.total_cmp(&b.time));
    let mut joined: Vec<At<C>> = Vec::new();
    for row in moved {
        match joined.last_mut() {
            Some(last) if last.time == row.time => last.counts += row.counts,
            _ => joined.push(row),
        }
    }
    check_heads(joined.iter().map(|row| row.counts.heads())).map_err(|_| {
        let must_be = "such that nobody enters and leaves within rounding error of one multiple of it";
        Error::OutOfRange { argument: "width", value: width, must_be }
    })?;
    Ok(joined)
}

/// The multiple of `width` that `round` leads to, or the one from which `time` differs by rounding error alone.
fn multiple(time: f64, width: f64, round: fn(f64) -> f64) -> f64 {
    let nearest = (time / width).round() * width;
    let tolerance = (2.0_f64.powi(-26) * time.max(1.0)).min(width / 4.0);
    if (nearest - time).abs() <= tolerance { nearest } else { round(time / width) * width }
}
