//! Tables as few bytes: what travels between threads and machines, and what is kept on disk.
//!
//! | part | bytes |
//! |---|---|
//! | `R`, version 1, kind of counts, unit of the times | 4 |
//! | number of rows | varint |
//! | each row: how far its time is from the one before, and in the two lowest bits who left | varint |
//! | … where more than one left, or somebody entered: events, censored (, entered) | varints |
//! | … with weights: each sum that is not of nobody | varint if all are whole, else 8 |
//! | what rounding took from sums of weights | number; row, 3 × 8 each |
//! | rows that near ties were before they became one | number; row, time, counts and sums each |
//! | CRC-32 | 4 |
//!
//! Times are counted in a unit of which all are multiples (1, 0.1, …, 1/365.25, 1/30.4375, to the last bit) or, where
//! there is none, as the integers that their bits are, which grow with them: random times among n subjects then need about
//! `64 − log₂ n` bits. `G` stands for the tables of groups: labels, strata, and the tables without their checksums.
//!
//! Nothing is believed that is read: the rows are built into a table again and checked as those of other forms are.

use crate::error::{Error, Result};
use crate::numeric::bytes::{Reader, Writer};
use crate::survival::data::near_ties::NearTies;
use crate::survival::risk_table::builder::{At, Heads, Kind, Sums, Tally};
use crate::survival::risk_table::checks;
use crate::survival::risk_table::labelled::RiskTables;
use crate::survival::risk_table::table::{Counts, Fine, FineRows, RiskTable, WeightedRow};

const VERSION: u8 = 1;
const TABLE: u8 = b'R';
const GROUPS: u8 = b'G';

const WEIGHTED: u8 = 1;
const SAMPLING: u8 = 2;
const REVERSED: u8 = 4;
const EXACT: u8 = 8;
/// All sums of weights are whole numbers without a low part.
const WHOLE: u8 = 16;

/// Units of which times are multiples: days, tenths, …, weeks, months and years of days, months of years. A byte holds the
/// position, from 1; 0 stands for the bits of the number.
const PER_UNIT: [f64; 9] = [1.0, 10.0, 100.0, 1e3, 1e4, 365.25, 30.4375, 12.0, 7.0];

const LARGEST_WHOLE: f64 = 9007199254740992.0; // 2⁵³

/// Who left at a row, in two bits.
const ONE_EVENT: u128 = 0;
const ONE_CENSORED: u128 = 1;
const LEAVING: u128 = 2;
const ENTERING: u128 = 3;

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

    /// The table that [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    /// [`Error::Encoding`] where the bytes were changed or are of another version;
    /// [`Error::InconsistentTable`] where they are those of no possible table.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = open(bytes)?;
        let table = read_table(&mut reader)?;
        close(&reader)?;
        Ok(table)
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
    Err(Error::Encoding { offset: reader.at(), reason })
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
    Reader::checked(bytes).ok_or(Error::Encoding { offset, reason })
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

/// Times as integers that grow with them.
#[derive(Clone, Copy)]
enum Unit {
    Bits,
    Per(f64),
}

impl Unit {
    /// The first unit of which all times are multiples, to the last bit, and its place.
    fn of(times: &[f64]) -> (u8, Self) {
        let fits = |per: f64| times.iter().all(|&t| t * per <= LARGEST_WHOLE && (t * per).round() / per == t);
        match PER_UNIT.iter().position(|&per| fits(per)) {
            Some(i) => (i as u8 + 1, Self::Per(PER_UNIT[i])),
            None => (0, Self::Bits),
        }
    }

    fn read(place: u8) -> Option<Self> {
        match place {
            0 => Some(Self::Bits),
            place => PER_UNIT.get(usize::from(place) - 1).map(|&per| Self::Per(per)),
        }
    }

    #[inline]
    fn number(self, time: f64) -> u64 {
        match self {
            Self::Bits => time.to_bits(),
            Self::Per(per) => (time * per).round() as u64,
        }
    }

    #[inline]
    fn time(self, number: u64) -> f64 {
        match self {
            Self::Bits => f64::from_bits(number),
            Self::Per(per) => number as f64 / per,
        }
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
        let step = u128::from(number - last) << 2;
        last = number;
        let row = table.row(i);
        let heads = Heads {
            events: row.event_subjects,
            censored: row.censored_subjects,
            entered: row.entered_subjects,
        };
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
    use super::*;
    use crate::survival::data::right_censored::RightCensored;
    use crate::survival::data::weights::Weights;

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
