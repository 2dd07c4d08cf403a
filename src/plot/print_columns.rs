//! What print can show: the columns of time in which steps fall into one place.

/// The columns of time in which steps are one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    /// How wide they are; 0 for a column to each time.
    pub(crate) width: f64,
    /// How wide those are in which limits are one: the edge of a band has no stroke.
    pub(crate) band: f64,
    /// The end of the axis: no column holds steps on both sides of it.
    pub(crate) until: f64,
}

impl Columns {
    pub(crate) const ALL: Self = Self { width: 0.0, band: 0.0, until: f64::INFINITY };

    /// The first time that is beyond the column of this one.
    pub(crate) fn end_of(self, time: f64) -> f64 {
        self.beyond(self.width, time)
    }

    /// The same of the columns of a band.
    pub(crate) fn end_of_band(self, time: f64) -> f64 {
        self.beyond(self.band, time)
    }

    fn beyond(self, width: f64, time: f64) -> f64 {
        if width > 0.0 {
            let end = ((time / width).floor() + 1.0) * width;
            if time <= self.until { end.min(self.until.next_up()) } else { end }
        } else {
            time
        }
    }
}
