//! Values can be sent to other threads and shared between them: every public type of the rooms of `survival`, and the results of the others.

use greenwood::survival::*;

fn send_and_sync<T: Send + Sync + 'static>() {}

macro_rules! all {
    ($($t:ty),* $(,)?) => { $( send_and_sync::<$t>(); )* };
}

#[test]
fn contrast_is() {
    all![
        contrast::AdjustedWinStatistics,
        contrast::AverageHazardRatio,
        contrast::AverageMethod,
        contrast::AverageRatio,
        contrast::Divisor,
        contrast::EndpointShares,
        contrast::EndpointWins,
        contrast::FinkelsteinSchoenfeld,
        contrast::InvertedLogRank,
        contrast::MeanMeasure,
        contrast::Measure,
        contrast::MedianContrast,
        contrast::MedianMeasure,
        contrast::NeededInterval,
        contrast::NeededValue,
        contrast::NumberNeeded,
        contrast::StratumWins,
        contrast::SurvivalContrast,
        contrast::WinRatio<'static>,
        contrast::WinStatistics,
    ];
}

#[test]
fn parametric_is() {
    use regression::parametric;
    all![
        parametric::Background,
        parametric::ComparedModel,
        parametric::Comparison,
        parametric::ExtrapolatedRow,
        parametric::Extrapolation,
        parametric::Family,
        parametric::Jet<2>,
        parametric::Knots,
        parametric::Link,
        parametric::LocationScaleRows<'static>,
        parametric::Natural,
        parametric::ObservedRows<'static>,
        parametric::Observations,
        parametric::Parameter,
        parametric::Parametric,
        parametric::ParametricModel,
        parametric::ParametricStop,
        parametric::Predicted,
        parametric::Prediction<'static>,
        parametric::SplineScale,
        parametric::Standardized<'static>,
        parametric::Summary,
    ];
}

#[test]
fn curve_is() {
    all![
        curve::AalenJohansen,
        curve::Band,
        curve::BandShape,
        curve::Conventions,
        curve::CumulativeHazard,
        curve::CumulativeIncidence,
        curve::Estimator,
        curve::FlatStep,
        curve::FlemingHarrington,
        curve::HazardEstimate,
        curve::IncidenceCurve<'static>,
        curve::IncidenceEstimate,
        curve::IncidenceQuantile,
        curve::IncidenceRate,
        curve::IncidenceRow,
        curve::IncidenceVariance,
        curve::KaplanMeier,
        curve::Actuarial,
        curve::Bandwidth,
        curve::Kernel,
        curve::SmoothedHazard,
        curve::SmoothedHazardCurve,
        curve::SmoothedHazardPoint,
        curve::Kind,
        curve::LifeTable,
        curve::LifeTableRow,
        curve::MassInterval,
        curve::NelsonAalen,
        curve::Pseudo,
        curve::PseudoValues,
        curve::Quantile,
        curve::QuantileRule,
        curve::RestrictedMean,
        curve::SimonMakuch,
        curve::SmallRiskSet,
        curve::Step,
        curve::StepFunction,
        curve::Steps<'static>,
        curve::SurvivalBand,
        curve::SurvivalCurve,
        curve::SurvivalEstimate,
        curve::SurvivalRegion,
        curve::TimeLost,
        curve::RatioLaw,
        curve::Turnbull,
        curve::TurnbullBootstrap,
        curve::TurnbullCurve,
        curve::TurnbullLikelihood<'static>,
    ];
}

#[test]
fn data_is() {
    all![
        data::Closed,
        data::CompetingRisks<'static>,
        data::Complete,
        data::CompleteCases,
        data::Episodes,
        data::Gap,
        data::GroupChange,
        data::Groups,
        data::Histories,
        data::HistoryCheck,
        data::HistoryProblem,
        data::IntervalCensored<'static>,
        data::Landmark,
        data::LandmarkCohort,
        data::NearTies,
        data::ProblemKind,
        data::RightCensored<'static>,
        data::Weights<'static>,
    ];
}

#[test]
fn log_rank_is() {
    all![
        log_rank::Adjustment,
        log_rank::Alternative,
        log_rank::Gray,
        log_rank::GrayTest,
        log_rank::IntervalLogRank,
        log_rank::IntervalLogRankTest,
        log_rank::IntervalScore,
        log_rank::IntervalVariance,
        log_rank::LogRank,
        log_rank::LogRankTest,
        log_rank::MantelByar,
        log_rank::MaxCombo,
        log_rank::MaxComboTest,
        log_rank::OneSampleLogRank,
        log_rank::OneSampleTest,
        log_rank::OneSampleVariance,
        log_rank::PairwiseComparison,
        log_rank::PairwiseGrayTest,
        log_rank::PairwiseLogRank,
        log_rank::PairwiseTest,
        log_rank::PooledEventTime,
        log_rank::PepeMori,
        log_rank::PepeMoriTest,
        log_rank::Renyi,
        log_rank::RenyiTest,
        log_rank::StratumCounts,
        log_rank::TrendTest,
        log_rank::Weight,
        log_rank::WeightedLogRank<'static>,
    ];
}

#[test]
fn multi_state_is() {
    all![
        multi_state::ChangeInStay,
        multi_state::MarkovLandmark,
        multi_state::MarkovTest,
        multi_state::MarkovTestResult,
        multi_state::Occupation,
        multi_state::OccupationEstimate,
        multi_state::OccupationVariance,
        multi_state::StateOccupation,
        multi_state::TimeInState,
        multi_state::TransitionMatrix,
        multi_state::TransitionProbability,
        multi_state::TransitionVariance,
    ];
}

#[test]
fn permutation_is() {
    all![
        permutation::ExactLogRank,
        permutation::ExactMethod,
        permutation::ExactTest,
        permutation::MonteCarloLogRank,
        permutation::MonteCarloTest,
        permutation::PermutationStatistic,
        permutation::PermutedBlocks,
        permutation::ScoreTies,
    ];
}

#[test]
fn prediction_is() {
    all![
        prediction::Brier,
        prediction::BrierCurve,
        prediction::BrierScore,
        prediction::Calibration,
        prediction::CalibrationGroup,
        prediction::CalibrationTable,
        prediction::CensoringWeights,
        prediction::Concordance,
        prediction::ConcordanceDifference,
        prediction::ConcordanceEstimate,
        prediction::Controls,
        prediction::ExplainedVariation,
        prediction::Integration,
        prediction::Outcomes,
        prediction::PairWeight,
        prediction::RocCurve,
        prediction::RocPoint,
        prediction::TimeRoc,
    ];
}

#[test]
fn recurrent_is() {
    all![
        recurrent::EventModel,
        recurrent::EventRate,
        recurrent::EventRows,
        recurrent::MeanCumulative,
        recurrent::MeanEstimate,
        recurrent::MeanFunction,
        recurrent::MeanRow,
        recurrent::MeanTest,
        recurrent::MeanTestResult,
        recurrent::MeanVariance,
        recurrent::RecurrentEvents,
    ];
}

#[test]
fn regression_is() {
    all![
        regression::AbsoluteRisk,
        regression::AdditiveHazards,
        regression::AdditiveModel,
        regression::EffectTest,
        regression::EstimationEnd,
        regression::TestWeight,
        regression::MeanLink,
        regression::MeanMethod,
        regression::QuantileMethod,
        regression::QuantileModel,
        regression::QuantileRegression,
        regression::QuantileScale,
        regression::RestrictedMeanModel,
        regression::RestrictedMeanRegression,
        regression::Baseline,
        regression::BaselineMethod,
        regression::CensoringTies,
        regression::Collinear,
        regression::CoxModel,
        regression::CoxPh,
        regression::CoxWorkspace,
        regression::Design<'static>,
        regression::DesignBuilder,
        regression::FineGray,
        regression::FineGrayModel,
        regression::FittedData<'static>,
        regression::FittedHistories<'static>,
        regression::Frailty,
        regression::FrailtyDf,
        regression::FrailtyModel,
        regression::FrailtyTest,
        regression::FrailtyVariance,
        regression::MultiStateCox,
        regression::MultiStateCoxModel,
        regression::NewColumns,
        regression::NewRow,
        regression::OccupationPath,
        regression::PredictedCurve,
        regression::PredictedOccupation,
        regression::ProportionalHazards,
        regression::Recipe,
        regression::Residuals,
        regression::RiskEstimate,
        regression::CauseSpecificRisk<'static>,
        regression::Status,
        regression::Stop,
        regression::SubdistributionBaseline,
        regression::SubdistributionResiduals,
        regression::SubdistributionRows,
        regression::Term,
        regression::TestResult,
        regression::Ties,
        regression::TimeScale,
    ];
}

#[test]
fn result_is() {
    all![
        result::Alternative,
        result::ConfidenceInterval,
        result::Direction,
        result::Estimate,
        result::HazardRatio,
        result::HazardRatioMethod,
        result::Interval,
        result::LowerLimit,
        result::NotEstimable,
        result::RatioTest,
        result::RatioTestMethod,
        result::Scale,
        result::TestSummary,
        result::Transform,
    ];
}

#[test]
fn risk_table_is() {
    all![risk_table::CompetingRiskTable, risk_table::RiskTable, risk_table::RiskTables, risk_table::Row,];
}

#[test]
fn small_sample_is() {
    all![
        small_sample::Advice,
        small_sample::BetaProductLaw,
        small_sample::Melded,
        small_sample::Recommendation,
        small_sample::SmallSample,
        small_sample::SmallSampleMethod,
        small_sample::Warning,
    ];
}

#[test]
fn the_trial_is() {
    use greenwood::trial::reconstruct::{Guyot, TrialFigures};
    use greenwood::trial::{
        Analysis, CensoringBounds, Comparisons, Contrast, DataCutoff, Endpoint, Estimand, Flow, FollowUp,
        Fragility, Incidence, NumbersAtRisk, Outcome, Population, Record, Report, Subject, Table, Time,
        TippingPoint, Trial,
    };
    type Arm = &'static str;
    type Event = u8;
    all![
        Trial<Arm, Event>,
        Subject<Arm, Event>,
        Endpoint<Event>,
        Estimand<Event>,
        Population<Arm, Event>,
        Analysis<Arm, Event>,
        Record<Arm, Event>,
        Outcome<Event>,
        NumbersAtRisk<Arm>,
        Contrast,
        Comparisons,
        Flow,
        FollowUp,
        Incidence,
        Report,
        Table,
        Time,
        DataCutoff,
        CensoringBounds,
        TippingPoint,
        Fragility,
        Guyot,
        TrialFigures,
        greenwood::Error,
    ];
}

#[test]
fn proportion_is() {
    use greenwood::proportion::*;
    all![
        Assumed,
        Barnard,
        Boschloo,
        ChanZhang,
        ConditionalOddsRatio,
        EffectEstimate,
        Fisher,
        MiettinenNurminen,
        Proportion,
        ProportionInterval,
        ProportionTest,
        TwoProportions,
    ];
}

#[test]
fn trial_is() {
    use greenwood::trial::examples::{Arm, Course};
    use greenwood::trial::*;
    all![
        AdverseEventTable<Arm, Course>,
        AdverseEvents<Course>,
        Analysis<Arm, Course>,
        BinaryAnalysis<Arm>,
        BinaryContrast,
        BinaryEndpoint<Course>,
        BinaryReport,
        Contrast,
        CurrentState<Course, Course>,
        Endpoint<Course>,
        IncidenceContrast,
        Report,
        StateAnalysis<Arm, Course>,
        Trial<Arm, Course>,
        states::Graft,
        states::GraftEvent,
        states::Leukaemia,
        states::LeukaemiaEvent,
        states::ReadyMade<Course, states::Graft>,
        states::Transfusion,
        states::TransfusionEvent,
        states::Treatment,
        states::TreatmentEvent,
    ];
}

#[test]
fn trial_design_is() {
    use greenwood::trial::design;
    all![
        design::ClusterDesign,
        design::ClusterPlan,
        design::CompetingRisksDesign,
        design::CompetingRisksPlan,
        design::EquivalenceDesign,
        design::EquivalencePlan,
        design::StratifiedAssumptions,
        design::WinRatioDesign,
        design::WinRatioPlan,
        design::non_proportional::NonProportionalDesign,
        design::non_proportional::NonProportionalPlan,
        design::non_proportional::PlannedTest,
        design::non_proportional::StatisticVariance,
        design::single_arm::ExactBinomialDesign,
        design::single_arm::ExactBinomialPlan,
        design::single_arm::OneSampleDesign,
        design::single_arm::OneSamplePlan,
        design::single_arm::TwoStageDesign,
        design::single_arm::TwoStageOptimum,
        design::single_arm::TwoStagePlan,
    ];
}

#[cfg(feature = "plot")]
#[test]
fn plot_is() {
    use greenwood::plot::*;
    all![
        Anchor,
        BoundaryPlot<'static>,
        BoxPlot,
        CalibrationPlot,
        Color,
        CurvePlot,
        Detail,
        DifferencePlot<'static>,
        FlowChart,
        ForestPlot,
        ForestRow,
        Format,
        Item,
        KaplanMeierPlot,
        Legend,
        Palette,
        PanelPlot,
        Path,
        Picture,
        ResidualPlot,
        RocPlot,
        Segment,
        StateDiagram,
        StepSeries,
        Stroke,
        Style,
        SwimmerLane,
        SwimmerPlot,
        TableRow,
        Text,
        VerticalAxis,
    ];
}
