//! Tables become bytes.

use crate::numeric::bytes::Writer;
use crate::survival::data::near_ties::NearTies;
use crate::survival::risk_table::encoded::format::{
    ENTERING, EXACT, GROUPS, LARGEST_WHOLE, LEAVING, ONE_CENSORED, ONE_EVENT, REVERSED, SAMPLING, TABLE,
    Unit, VERSION, WEIGHTED, WHOLE,
};
use crate::survival::risk_table::risk_tables::RiskTables;
use crate::survival::risk_table::table::{Counts, RiskTable};
use crate::survival::risk_table::tally::Heads;

impl RiskTable {
    /// The table as few bytes: versioned, with a checksum, the same on every machine.
    ///
    /// Times in whole days or tenths take about 3 bytes each, continuous ones of 100,000 subjects 6.
    /// [`decode`](Self::decode) returns the same table.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{RightCensored, RiskTable};
    ///
    /// let table = RiskTable::new(&RightCensored::new(&[6.0, 6.0, 7.5, 9.0], &[true, false, true, false])?);
    /// let bytes = table.encode();
    /// assert_eq!(bytes.len(), 16);
    /// assert_eq!(RiskTable::decode(&bytes)?, table);
    ///
    /// let mut changed = bytes.clone();
    /// changed[5] ^= 1;
    /// assert!(RiskTable::decode(&changed).is_err());
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(16 + 6 * self.len());
        write_table(&mut out, self);
        out.finish()
    }
}

impl RiskTables {
    /// The tables and their labels as few bytes. See [`RiskTable::encode`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let rows: usize = self.tables.iter().flatten().map(RiskTable::len).sum();
        let mut out = Writer::with_capacity(32 + 6 * rows);
        out.all(&[GROUPS, VERSION, u8::from(self.strata.is_some())]);
        for texts in [Some(&self.labels), self.strata.as_ref()].into_iter().flatten() {
            out.varint(texts.len() as u128);
            for text in texts {
                out.varint(text.len() as u128);
                out.all(text.as_bytes());
            }
        }
        out.varint(self.tables.len() as u128);
        self.tables.iter().flatten().for_each(|table| write_table(&mut out, table));
        out.finish()
    }
}

fn write_table(out: &mut Writer, table: &RiskTable) {
    let kind = table.kind();
    let weighted = matches!(table.counts, Counts::Weighted { .. });
    let whole = weighted && sums_are_whole(table);
    let flags = [
        (weighted, WEIGHTED),
        (kind.sampling, SAMPLING),
        (kind.reversed, REVERSED),
        (table.near_ties == NearTies::Exact, EXACT),
        (whole, WHOLE),
    ];
    let (place, unit) = Unit::of(&table.time);
    out.all(&[TABLE, VERSION, flags.into_iter().filter(|f| f.0).map(|f| f.1).sum(), place]);
    out.varint(table.len() as u128);
    let mut last = 0;
    for (i, &time) in table.time.iter().enumerate() {
        let number = unit.number(time);
        let row = table.row(i);
        let heads = Heads {
            events: row.event_subjects,
            censored: row.censored_subjects,
            entered: row.entered_subjects,
        };
        write_heads(out, number - last, heads);
        last = number;
        if weighted {
            write_sums(out, heads, [row.events, row.censored, row.entered], whole);
        }
    }
    if let Counts::Weighted { lost, .. } = &table.counts {
        out.varint(lost.len() as u128);
        for (row, lows) in lost {
            out.varint(u128::from(*row));
            for &low in lows {
                out.float(low);
            }
        }
    }
    write_fine(out, table, whole);
}

/// The distance from the time before, with what a row is in its lowest two bits, and the numbers of subjects where they
/// do not follow from that.
fn write_heads(out: &mut Writer, distance: u64, heads: Heads) {
    let step = u128::from(distance) << 2;
    match heads {
        Heads { events: 1, censored: 0, entered: 0 } => out.varint(step | ONE_EVENT),
        Heads { events: 0, censored: 1, entered: 0 } => out.varint(step | ONE_CENSORED),
        Heads { events, censored, entered } => {
            out.varint(step | if entered > 0 { ENTERING } else { LEAVING });
            out.varint(u128::from(events));
            out.varint(u128::from(censored));
            if entered > 0 {
                out.varint(u128::from(entered));
            }
        }
    }
}

/// What near ties were before they became one row.
fn write_fine(out: &mut Writer, table: &RiskTable, whole: bool) {
    out.varint(table.fine.rows.len() as u128);
    for (i, fine) in table.fine.rows.iter().enumerate() {
        out.varint(u128::from(fine.row));
        out.float(fine.time);
        let Heads { events, censored, entered } = fine.heads;
        for n in [events, censored, entered] {
            out.varint(u128::from(n));
        }
        if let Some(sums) = table.fine.sums.get(i) {
            write_sums(out, fine.heads, sums.map(|[high, _]| high), whole);
            if !whole {
                for &[_, low] in sums {
                    out.float(low);
                }
            }
        }
    }
}

fn sums_are_whole(table: &RiskTable) -> bool {
    let whole = |x: f64| x.fract() == 0.0 && x <= LARGEST_WHOLE;
    let Counts::Weighted { rows, lost, .. } = &table.counts else { return false };
    lost.is_empty()
        && rows.iter().all(|r| whole(r.events) && whole(r.censored) && whole(r.entered))
        && table.fine.sums.iter().flatten().all(|&[high, low]| whole(high) && low == 0.0)
}

/// The sums that are not of nobody.
fn write_sums(out: &mut Writer, heads: Heads, sums: [f64; 3], whole: bool) {
    for (subjects, sum) in [heads.events, heads.censored, heads.entered].into_iter().zip(sums) {
        match (subjects, whole) {
            (0, _) => {}
            (_, true) => out.varint(sum as u128),
            (_, false) => out.float(sum),
        }
    }
}
