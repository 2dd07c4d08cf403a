//! Where data meet by name: names that stand twice, codes that are one, ids of rows.

use greenwood::survival::data::NearTies;
use greenwood::survival::regression::Family;
use greenwood::survival::risk_table::{CompetingRiskTable, CompetingRiskTables};
use greenwood::survival::{
    AalenJohansen, CompetingRisks, Design, Groups, KaplanMeier, LogRank, Parametric, RightCensored, RiskTable,
};
use greenwood::trial::design::randomisation::{Minimisation, PermutedBlockList};

fn told<T>(result: greenwood::Result<T>) -> String {
    result.map(|_| ()).unwrap_err().to_string()
}

/// A cause is found by its name: two of one name are refused, and values that are written alike are one.
#[test]
fn causes_are_named_once() -> greenwood::Result<()> {
    #[derive(Clone, Copy, PartialEq, Eq, Hash)]
    struct Code(u8);
    impl std::fmt::Display for Code {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(if self.0 < 2 { "relapse" } else { "death" })
        }
    }
    let twice = CompetingRisks::with_causes(&[1.0, 2.0], &[Some("a"), Some("b")], &["a", "b", "a"]);
    assert_eq!(told(twice), "two causes are named \"a\": give each a name of its own");
    let outcome = [Some(Code(0)), Some(Code(2)), Some(Code(1)), None];
    let data = CompetingRisks::new(&[1.0, 2.0, 3.0, 4.0], &outcome)?;
    assert_eq!(
        (data.causes(), data.codes()),
        (&["relapse".to_string(), "death".into()][..], &[1, 2, 1, 0][..])
    );
    assert_eq!(AalenJohansen::new().fit(&data)?.of("relapse")?.at(3.0).value()?, 0.5);
    let table = RiskTable::new(&RightCensored::new(&[1.0, 2.0], &[true, true])?);
    assert!(told(CompetingRiskTable::from_causes(&[("a", &table), ("a", &table)])).contains("two causes"));
    let tables = [vec![table.clone(), table.clone()]];
    assert!(told(LogRank::from_tables(&tables, &["a", "a"])).starts_with("labels 0 and 1 are both \"a\""));
    // Case and blanks tell names apart: these are two causes, each found by its own.
    let data = CompetingRisks::new(&[1.0, 2.0], &[Some("Relapse"), Some("relapse ")])?;
    assert_eq!(AalenJohansen::new().fit(&data)?.of("relapse ")?.at(2.0).value()?, 0.5);
    assert!(told(AalenJohansen::new().fit(&data)?.of("relapse")).contains("relapse"));
    Ok(())
}

#[test]
fn columns_and_parameters_are_named_once() -> greenwood::Result<()> {
    let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?;
    let design = Design::builder().numeric("x", &[0.1, 0.7, 0.3, 0.2]).build()?;
    let twice = Parametric::new(Family::Weibull).location(&["x", "x"]).fit(&data, &design);
    assert_eq!(told(twice), "two columns of one parameter are named \"x\": give each a name of its own");
    let twice = Parametric::new(Family::Weibull).fixed("scale", 1.0).fixed("scale", 0.5).fit(&data, &design);
    assert!(told(twice).starts_with("two fixed parameters are named \"scale\""));
    let arms = PermutedBlockList::new(&["A", "A"], &[1, 1]).allocate("all", 4);
    assert!(told(arms).starts_with("two arms are named \"A\""));
    let factors = Minimisation::new(&["A", "B"], &[1, 1], &["sex", "sex"]).start();
    assert!(told(factors).starts_with("two factors are named \"sex\""));
    Ok(())
}

/// By hand: of three subjects the first has two rows. Without ids its first row is a censoring to the curve of the
/// censoring; with them it is none, in any order of the rows and with ids as text.
#[test]
fn rows_of_one_subject_are_no_censorings() -> greenwood::Result<()> {
    let rows = |order: &[usize]| {
        let pick = |column: [f64; 4]| order.iter().map(|&i| column[i]).collect::<Vec<_>>();
        let event: Vec<bool> = order.iter().map(|&i| [false, true, false, true][i]).collect();
        RightCensored::new(pick([5.0, 10.0, 8.0, 9.0]), event)?.with_entry(pick([0.0, 5.0, 0.0, 0.0]))
    };
    let ids = ["p 1", "p 1", "P 1", "p2"];
    for order in [[0, 1, 2, 3], [1, 3, 0, 2]] {
        let with = rows(&order)?.with_ids(&order.map(|i| ids[i]))?;
        let censoring = KaplanMeier::censoring(&with);
        assert_eq!((censoring.at(7.0).value()?, censoring.at(8.5).value()?), (1.0, 1.0 - 1.0 / 3.0));
        let groups = Groups::new(&["all"; 4]);
        let by_group = KaplanMeier::censoring_by_group(&with, &groups)?;
        assert_eq!(by_group[0].at(7.0).value()?, 1.0);
        assert_eq!(KaplanMeier::censoring(&rows(&order)?).at(7.0).value()?, 1.0 - 1.0 / 3.0);
        assert!(with.events_before_the_end().is_empty());
    }
    // An event that the subject outlives is listed, in the order of the rows as they were given.
    let again =
        RightCensored::new(&[10.0, 5.0], &[true, true])?.with_entry(&[5.0, 0.0])?.with_ids(&["a", "a"])?;
    assert_eq!(again.events_before_the_end(), [1]);
    Ok(())
}

/// Rows that meet but for rounding meet; where near ties are kept apart they overlap, whichever was said first.
#[test]
fn rows_that_overlap_by_rounding() -> greenwood::Result<()> {
    let rows = RightCensored::new(&[0.1 + 0.2, 1.0], &[false, true])?.with_entry(&[0.0, 0.3])?;
    let with = rows.clone().with_ids(&["a", "a"])?;
    assert!(told(with.with_near_ties(NearTies::Exact)).contains("overlap"));
    assert!(told(rows.with_near_ties(NearTies::Exact)?.with_ids(&["a", "a"])).contains("overlap"));
    Ok(())
}

/// A part with nobody in a group, whose causes or counts nobody knows, takes those of the whole.
#[test]
fn tables_of_nobody_take_the_kind_of_the_whole() -> greenwood::Result<()> {
    let data = CompetingRisks::with_causes(&[1.0, 2.0], &[Some("a"), Some("b")], &["a", "b"])?;
    let whole = CompetingRiskTables::new(&data, &Groups::from_codes(&[0, 0], &["x", "y"])?)?;
    let one = CompetingRisks::new(&[1.0], &[Some("a")])?;
    let other = CompetingRiskTables::new(&one, &Groups::from_codes(&[0], &["z", "y"])?)?;
    assert!(told(whole.merge(&other)).contains("a, b"));
    let both = whole.merge(&CompetingRiskTables::new(&data, &Groups::from_codes(&[1, 1], &["y", "x"])?)?)?;
    assert_eq!(both.table("y")?.causes(), ["a", "b"]);
    assert_eq!(both.table("x")?.all().subjects(), 4);
    Ok(())
}
