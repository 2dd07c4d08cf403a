//! Who wins against whom: the loops.

use crate::numeric::order::pack;
use crate::survival::data::right_censored::RightCensored;

/// One endpoint as ranks. Subject i wins against j iff `event[j] < end[i]`.
pub(super) struct Ranked {
    /// The rank of (time, censored after event) at which observation ended. Equal times and kinds share one.
    end: Vec<i32>,
    /// The same where it ended with the event, and beyond all ranks where it did not.
    event: Vec<i32>,
    ranks: usize,
    /// Is the event wanted, so that wins and losses change places?
    wanted: bool,
}

const NEVER: i32 = i32::MAX;

impl Ranked {
    /// `order` lists the subjects: those of the first group, then those of the second. Near ties are merged
    /// already; a subject observed beyond the horizon is censored there.
    pub(super) fn new(data: &RightCensored, wanted: bool, order: &[usize], horizon: f64) -> Self {
        let had_event = |i: usize| data.event()[i] && data.time()[i] <= horizon;
        // An event sorts before a censoring at the same time.
        let key = |&i: &usize| pack(data.time()[i].min(horizon), !had_event(i));
        let keys: Vec<u64> = order.iter().map(key).collect();
        let mut sorted: Vec<(u64, u32)> = keys.iter().zip(0..).map(|(&key, i)| (key, i)).collect();
        sorted.sort_unstable();
        let mut end = vec![0; order.len()];
        let (mut rank, mut last) = (-1, None);
        for (key, i) in sorted {
            if last != Some(key) {
                (rank, last) = (rank + 1, Some(key));
            }
            end[i as usize] = rank;
        }
        let event =
            order.iter().zip(&end).map(|(&i, &rank)| if had_event(i) { rank } else { NEVER }).collect();
        Self { end, event, ranks: (rank + 1) as usize, wanted }
    }
}

/// What all comparisons come to.
pub(super) struct Tally {
    /// Wins and losses of the first group that each endpoint decided.
    pub by_endpoint: Vec<[u64; 2]>,
    /// Of each subject against the other group: wins and losses.
    pub against_others: Vec<[u32; 2]>,
    /// Of each subject against everybody: wins less losses.
    pub net: Vec<i64>,
}

impl Tally {
    /// The first `first` subjects against the rest.
    pub(super) fn new(endpoints: &[Ranked], first: usize) -> Self {
        match endpoints {
            [one] => by_rank(one, first),
            many => all_pairs(many, first),
        }
    }
}

/// One endpoint: wins are the events of others before one's own end, losses, if it ended with the event, are
/// the others who were seen longer. Both are read off cumulative counts by rank.
fn by_rank(one: &Ranked, first: usize) -> Tally {
    // Per group and rank: events before the rank, and ends up to and including it.
    let mut events = vec![[0_u32; 2]; one.ranks + 1];
    let mut ends = vec![[0_u32; 2]; one.ranks + 1];
    let n = one.end.len();
    for i in 0..n {
        let group = usize::from(i >= first);
        let rank = one.end[i] as usize;
        ends[rank][group] += 1;
        events[rank + 1][group] += u32::from(one.event[i] != NEVER);
    }
    for rank in 1..=one.ranks {
        for group in 0..2 {
            events[rank][group] += events[rank - 1][group];
            ends[rank][group] += ends[rank - 1][group];
        }
    }
    let sizes = [first as u32, (n - first) as u32];
    let mut tally = Tally {
        by_endpoint: vec![[0; 2]],
        against_others: Vec::with_capacity(n),
        net: Vec::with_capacity(n),
    };
    for i in 0..n {
        let group = usize::from(i >= first);
        let rank = one.end[i] as usize;
        let against = |other: usize| {
            let losses = if one.event[i] == NEVER { 0 } else { sizes[other] - ends[rank][other] };
            let wins = events[rank][other];
            if one.wanted { [losses, wins] } else { [wins, losses] }
        };
        let ([wins, losses], own) = (against(1 - group), against(group));
        tally.against_others.push([wins, losses]);
        tally.net.push(i64::from(wins) + i64::from(own[0]) - i64::from(losses) - i64::from(own[1]));
        if group == 0 {
            tally.by_endpoint[0][0] += u64::from(wins);
            tally.by_endpoint[0][1] += u64::from(losses);
        }
    }
    tally
}

/// Pairs at a time: large enough for the compiler to use vectors, small enough to stay in the nearest cache.
const BLOCK: usize = 256;

/// Several endpoints: every subject against blocks of the others, without a branch on the data.
fn all_pairs(endpoints: &[Ranked], first: usize) -> Tally {
    let n = endpoints[0].end.len();
    let mut tally = Tally {
        by_endpoint: vec![[0; 2]; endpoints.len()],
        against_others: vec![[0; 2]; n],
        net: vec![0; n],
    };
    let mut decided = vec![[0_u64; 2]; endpoints.len()];
    for i in 0..n {
        for (group, others) in [0..first, first..n].into_iter().enumerate() {
            decided.fill([0; 2]);
            let mut from = others.start;
            while from < others.end {
                let to = (from + BLOCK).min(others.end);
                block(endpoints, i, from..to, &mut decided);
                from = to;
            }
            let [wins, losses] =
                decided.iter().fold([0, 0], |sum: [u64; 2], d| [sum[0] + d[0], sum[1] + d[1]]);
            tally.net[i] += wins as i64 - losses as i64;
            if group != usize::from(i >= first) {
                tally.against_others[i] = [wins as u32, losses as u32];
                if i < first {
                    for (sum, d) in tally.by_endpoint.iter_mut().zip(&decided) {
                        *sum = [sum[0] + d[0], sum[1] + d[1]];
                    }
                }
            }
        }
    }
    tally
}

/// Subject `i` against the subjects in `others`, at most [`BLOCK`] of them.
#[inline]
fn block(endpoints: &[Ranked], i: usize, others: std::ops::Range<usize>, decided: &mut [[u64; 2]]) {
    let mut open = [1_i32; BLOCK];
    let open = &mut open[..others.len()];
    for (endpoint, decided) in endpoints.iter().zip(decided) {
        let (my_end, my_event) = (endpoint.end[i], endpoint.event[i]);
        let (mut wins, mut losses) = (0_i32, 0_i32);
        let theirs = endpoint.end[others.clone()].iter().zip(&endpoint.event[others.clone()]);
        for ((&end, &event), open) in theirs.zip(open.iter_mut()) {
            let won = i32::from(event < my_end) & *open;
            let lost = i32::from(my_event < end) & *open;
            wins += won;
            losses += lost;
            // Never both: an event before the other's end is after no event of the other.
            *open &= 1 - (won + lost);
        }
        let (wins, losses) = if endpoint.wanted { (losses, wins) } else { (wins, losses) };
        decided[0] += wins as u64;
        decided[1] += losses as u64;
    }
}
