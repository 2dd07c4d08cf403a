//! A row of a mean function as it is read back.

use crate::survival::recurrent::mean_function::MeanRow;
use crate::survival::result::stored;

stored::checked_when_read!(MeanRow {
    time: f64,
    at_risk: f64,
    events: f64,
    terminal: f64,
    event_free: f64,
    mean: f64,
    variance: f64,
});

impl MeanRow {
    fn check(&self) -> crate::error::Result<()> {
        let sizes = [self.time, self.at_risk, self.events, self.terminal, self.mean];
        sizes.into_iter().try_for_each(|x| stored::size("a time, count or mean", x))?;
        stored::size("a variance", self.variance)?;
        stored::probability("a probability of no terminal event", self.event_free)
    }
}
