//! Cumulative incidences of competing causes: of all causes of each group, or of one cause in several groups.

use std::sync::Arc;

use crate::error::{Result, check_len};
use crate::plot::curves::builder::{CurvePlot, Kind};
use crate::plot::curves::source::Source;
use crate::plot::print_columns::Columns;
use crate::plot::series::StepSeries;
use crate::survival::curve::aalen_johansen::CumulativeIncidence;
use crate::survival::result::interval::Interval;

/// Incidences of one group.
#[derive(Debug, Clone)]
pub(super) struct Incidences {
    pub(super) fit: Arc<CumulativeIncidence>,
    /// The label and the number of each cause that is drawn.
    pub(super) causes: Vec<(String, usize)>,
    /// The name of the group, where several causes share its numbers under the axis.
    pub(super) risk_set: Option<String>,
}

impl Incidences {
    pub(super) fn series(&self, interval: Option<Interval>, columns: Columns) -> Result<Vec<StepSeries>> {
        let series = StepSeries::of_incidences(&self.fit, &self.causes, interval, columns)?;
        let named = |own| StepSeries { risk_set: self.risk_set.clone(), ..own };
        Ok(series.into_iter().map(named).collect())
    }
}

impl CurvePlot {
    /// Cumulative incidences of competing causes, each group's causes in turn: "group: cause" where there are several groups.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch) unless there is one label for each group; those of the intervals.
    pub fn incidence(groups: &[CumulativeIncidence], labels: &[impl ToString]) -> Result<Self> {
        check_len("labels", labels.len(), "groups", groups.len())?;
        let mut of_groups = Vec::new();
        for (fit, label) in groups.iter().zip(labels) {
            let group = label.to_string();
            let name =
                |cause: &String| if groups.len() == 1 { cause.clone() } else { format!("{group}: {cause}") };
            let causes = fit.causes().iter().enumerate().map(|(k, cause)| (name(cause), k)).collect();
            of_groups.push(Incidences { fit: Arc::new(fit.clone()), causes, risk_set: Some(group) });
        }
        Ok(Self::of(Source::Incidences(of_groups), Kind::Steps).value_axis("Cumulative incidence"))
    }

    /// The cumulative incidence of one cause in several groups, with its band.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch) unless there is one label for each group; [`Error::UnknownCause`](crate::Error::UnknownCause) where a group does not
    /// know the cause.
    ///
    /// # Example
    /// ```
    /// use greenwood::plot::CurvePlot;
    /// use greenwood::survival::{AalenJohansen, CompetingRisks};
    ///
    /// let data = CompetingRisks::new(&[1.0, 2.0, 4.0, 5.0], &[Some("relapse"), Some("death"), Some("relapse"), None])?;
    /// let fit = AalenJohansen::new().fit(&data)?;
    /// assert!(CurvePlot::incidence_of("relapse", &[&fit], &["all"])?.to_svg()?.contains("incidence of relapse"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn incidence_of(
        cause: &(impl ToString + ?Sized),
        groups: &[&CumulativeIncidence],
        labels: &[impl ToString],
    ) -> Result<Self> {
        check_len("labels", labels.len(), "groups", groups.len())?;
        let cause = cause.to_string();
        let mut of_groups = Vec::new();
        for (&fit, label) in groups.iter().zip(labels) {
            let causes = vec![(label.to_string(), fit.table().position(&cause)?)];
            of_groups.push(Incidences { fit: Arc::new(fit.clone()), causes, risk_set: None });
        }
        let value = format!("Cumulative incidence of {cause}");
        Ok(Self::of(Source::Incidences(of_groups), Kind::Steps).value_axis(value))
    }
}
