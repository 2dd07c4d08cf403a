//! From the figures of two arms to the interleavings that agree with them.

#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::survival::data::right_censored::RightCensored;
#[cfg(doc)]
use crate::trial::reconstruct::arm::figures::ArmFigures;
use crate::trial::reconstruct::arm::order::{ArmOrders, SearchOutcome};
use crate::trial::reconstruct::trial::figures::TrialFigures;
use crate::trial::reconstruct::trial::interleaving::{Group, Interleaving};
use crate::trial::reconstruct::trial::interleavings::{Interleavings, TestValue};
use crate::trial::reconstruct::trial::log_rank::{Scale, Sums};
use crate::trial::reconstruct::verdict::Verdict;

impl TrialFigures {
    /// Finds every interleaving of consistent orders of the two arms that gives the published comparison.
    ///
    /// # Errors
    /// As [`ArmFigures::reconstruct`]; [`Error::OutOfRange`] for more than 42 subjects;
    /// [`Error::Unsupported`] where the arms' figures end at different times, or the published events of an
    /// arm go on after its last checkpoint.
    ///
    /// # Cost
    /// For each pair of patterns tables of the values of (O − E, V) from both ends of the order: a fiftieth
    /// of a second for the example with ties and all censorings. The values grow with the number of orders of
    /// *events*: 18 subjects an arm with 11 events each take a second without ties, 12 with 7 to 8 events
    /// with them. A pair of patterns with too many to hold is passed over, as are those beyond the first
    /// 10,000, and the result is [`SearchOutcome::Stopped`].
    pub fn reconstruct(&self) -> Result<Interleavings> {
        let (arms, scale, found) = self.search(false)?;
        let value = |(sums, (orders, examples)): (Sums, (u128, Vec<Interleaving>))| {
            let (observed_minus_expected, variance) = scale.value(sums);
            let p_value = scale.p_value(sums);
            TestValue { observed_minus_expected, variance, p_value, orders, examples }
        };
        let mut values: Vec<TestValue> = found.matching.into_iter().map(value).collect();
        values.sort_by(|a, b| {
            b.orders.cmp(&a.orders).then(a.observed_minus_expected.total_cmp(&b.observed_minus_expected))
        });
        let mut ended = arms.iter().map(ArmOrders::ended).find(|e| *e != SearchOutcome::Complete);
        if found.stopped {
            ended = Some(SearchOutcome::Stopped);
        } else if found.truncated {
            ended = ended.or(Some(SearchOutcome::Truncated));
        }
        let ended = ended.unwrap_or(SearchOutcome::Complete);
        Ok(Interleavings {
            p_value: self.p_value,
            ratio: self.ratio,
            ties: self.ties,
            later: self.later,
            examined: found.examined,
            consistent: found.consistent,
            range: found.lowest.zip(found.highest).map(|(low, high)| [low, high]),
            values,
            arms,
            ended,
        })
    }

    /// Is there any interleaving? The search ends with the first.
    pub(in crate::trial::reconstruct) fn possible(&self) -> Result<Verdict> {
        let (arms, _, found) = self.search(true)?;
        let complete = arms.iter().all(|a| a.ended() == SearchOutcome::Complete);
        Ok(match found.consistent {
            1.. => Verdict::Possible,
            0 if complete && !found.truncated && !found.stopped => Verdict::Impossible,
            0 => Verdict::Undecided,
        })
    }

    /// The interleaving of observed data of the two arms, up to the last checkpoint of each.
    ///
    /// # Errors
    /// As [`ArmFigures::order_of`] and [`reconstruct`](Self::reconstruct).
    pub fn interleaving_of(&self, first: &RightCensored, second: &RightCensored) -> Result<Interleaving> {
        self.check()?;
        let data = [first, second];
        let mut rows = Vec::new();
        for (arm, data) in data.into_iter().enumerate() {
            let order = self.arms[arm].order_of(data)?;
            let later: u32 = order.later_censorings().iter().sum();
            let head: usize = order.stretches().iter().map(|s| s.events.len()).sum();
            let mut own: Vec<_> = data.time().iter().zip(data.event()).map(|(&t, &d)| (t, !d, arm)).collect();
            own.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            rows.extend(own.into_iter().take(head + later as usize));
        }
        rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let groups: Vec<Group> = rows
            .chunk_by(|a, b| a.0 == b.0)
            .map(|group| {
                let of = |arm| group.iter().filter(|r| r.2 == arm).map(|r| !r.1).collect();
                Group::new(of(0), of(1))
            })
            .collect();
        let mut at_risk = [0, 1].map(|g| self.arms[g].subjects);
        let scale = Scale::new(at_risk[0] + at_risk[1]);
        let mut sums = Sums::default();
        for group in &groups {
            sums = sums.plus(scale.time(group.events(), at_risk));
            let leaving = group.leaving();
            at_risk = [0, 1].map(|g| at_risk[g] - leaving[g]);
        }
        Ok(Interleaving::new(groups, sums))
    }
}
