//! The engine's numbers are the library's, to the last bit: on the reference data sets, in one piece and in many.

use crate::common;
use crate::common::{bits, column, context, in_pieces, read, rows};
use greenwood::survival::{
    AalenJohansen, CompetingRisks, Groups, Interval, KaplanMeier, LogRank, NelsonAalen, RightCensored,
    RiskTable, Weights,
};

/// File, time, condition for the event, groups.
const SETS: [(&str, &str, &str, f64, &str); 9] = [
    ("aml", "time", "status", 1.0, "x"),
    ("lung", "time", "status", 2.0, "sex"),
    ("veteran", "time", "status", 1.0, "trt"),
    ("ovarian", "futime", "fustat", 1.0, "rx"),
    ("kidney", "time", "status", 1.0, "sex"),
    ("colon", "time", "status", 1.0, "extent"),
    ("pbc", "time", "status", 2.0, "edema"),
    ("rotterdam", "dtime", "death", 1.0, "grade"),
    ("stanford2", "time", "status", 1.0, "status"),
];

const PIECES: [(usize, usize); 3] = [(1, 1_000_000), (8, 13), (3, 1)];

fn query(time: &str, event: &str, group: &str) -> String {
    let o = format!("{time}, {event}");
    format!(
        "SELECT {group}, km_median({o}), km_median_lower({o}), km_median_upper({o}), km_quantile({o}, 0.25),
           km_survival_at({o}, 24.0), km_survival_at_se({o}, 24), km_survival_at_lower({o}, 24.0),
           km_survival_at_upper({o}, 24.0), km_rmst({o}, 20.5), km_rmst_se({o}, 20.5), km_rmst_upper({o}, 20.5),
           nelson_aalen_at({o}, 24.0), nelson_aalen_at_se({o}, 24.0), nelson_aalen_at_lower({o}, 24.0),
           events({o}), person_time({o}), km_skipped({o})
         FROM t GROUP BY {group} ORDER BY {group}"
    )
}

/// The same from the library, a row for each group.
fn expected(data: &RightCensored) -> Vec<Option<f64>> {
    let curve = KaplanMeier::fit(data);
    let (median, at, hazard) = (curve.median(), curve.at(24.0), NelsonAalen::fit(data).at(24.0));
    let mean = curve.restricted_mean(20.5).ok();
    let limits = at.interval(Interval::default()).unwrap();
    let table = RiskTable::new(data);
    vec![
        median.value().ok(),
        median.interval().lower,
        median.interval().upper,
        curve.quantile(0.25).unwrap().value().ok(),
        at.value().ok(),
        at.std_error().ok(),
        limits.lower,
        limits.upper,
        mean.map(|m| m.value()),
        mean.and_then(|m| m.std_error().ok()),
        mean.and_then(|m| m.interval(0.95).unwrap().upper),
        hazard.value().ok(),
        hazard.std_error().ok(),
        hazard.interval(0.95).unwrap().lower,
        Some(table.events()),
        Some(table.person_time()),
        Some(0.0),
    ]
}

fn groups(labels: &[f64]) -> Groups {
    Groups::new(&labels.iter().map(ToString::to_string).collect::<Vec<_>>())
}

#[tokio::test]
async fn estimates_and_tests_on_the_reference_data_sets() {
    for (file, time, status, code, group) in SETS {
        let table = read(file).await;
        let event = format!("{status} = {code}");
        // A row whose group is missing belongs to no group here.
        let whole = context(1);
        in_pieces(&whole, &table, 1, 1_000_000);
        let plain =
            rows(&whole, &format!("SELECT {time} a, {status} b, {group} g FROM t WHERE {group} IS NOT NULL"))
                .await;
        let (times, events) =
            (column(&plain, "a"), column(&plain, "b").iter().map(|&s| s == code).collect::<Vec<_>>());
        let labels = groups(&column(&plain, "g"));
        let data = RightCensored::new(&times, &events).unwrap();
        let mut of_groups = Vec::new();
        for label in
            labels.clone().sorted_by(|a, b| a.parse::<f64>().unwrap().total_cmp(&b.parse().unwrap())).labels()
        {
            of_groups.push(expected(&data.subset(&labels, label).unwrap()));
        }
        let test = LogRank::test(&data, &labels.clone().sorted()).unwrap();
        for (partitions, size) in PIECES {
            let ctx = context(partitions);
            in_pieces(&ctx, &table, partitions, size);
            let answer = rows(&ctx, &query(time, &event, group)).await;
            let found = bits(&answer);
            for (g, expected) in of_groups.iter().enumerate() {
                for (c, expected) in expected.iter().enumerate() {
                    let found = found[c + 1][g];
                    assert_eq!(
                        found,
                        expected.map(f64::to_bits),
                        "{file}, group {g}, column {c}: {:?}",
                        found.map(f64::from_bits)
                    );
                }
            }
            let o = format!("{time}, {event}, {group}");
            let tests =
                rows(&ctx, &format!("SELECT logrank_chi2({o}), logrank_p({o}), logrank_df({o}) FROM t"))
                    .await;
            let expected = [Some(test.statistic()), test.p_value(), Some(test.df() as f64)];
            let found: Vec<_> = bits(&tests).into_iter().map(|c| c[0]).collect();
            assert_eq!(found, expected.map(|x| x.map(f64::to_bits)), "{file} in {partitions} partitions");
        }
    }
}

#[tokio::test]
async fn delayed_entry_and_replication_weights() {
    let table = read("heart").await;
    let (start, stop, event) = (column(&table, "start"), column(&table, "stop"), column(&table, "event"));
    let (weight, year) = (column(&table, "id"), column(&table, "surgery"));
    let events: Vec<bool> = event.iter().map(|&e| e == 1.0).collect();
    let late = RightCensored::new(&stop, &events).unwrap().with_entry(&start).unwrap();
    let weighted = late.clone().with_weights(Weights::replication(&weight)).unwrap();
    let broken: Vec<f64> = weight.iter().map(|w| w * 0.1).collect();
    let broken =
        RightCensored::new(&stop, &events).unwrap().with_weights(Weights::replication(&broken)).unwrap();
    let transplant = column(&table, "transplant");
    for (partitions, size) in PIECES {
        let ctx = context(partitions);
        in_pieces(&ctx, &table, partitions, size);
        for (data, more) in [
            (&late, "start"),
            (&weighted, "start, id"),
            (&weighted, "start, id, 'replication'"),
            (&broken, "NULL, id * 0.1"),
        ] {
            let answer = rows(
                &ctx,
                &format!(
                    "SELECT km_median(stop, event, {more}), km_survival_at(stop, event, 100, {more}),
                       km_survival_at_se(stop, event, 100, {more}), nelson_aalen_at(stop, event, 100, {more}),
                       events(stop, event, {more}), person_time(stop, event, {more}),
                       logrank_chi2(stop, event, transplant, NULL, {more}),
                       logrank_chi2(stop, event, transplant, surgery, {more}) FROM t"
                ),
            )
            .await;
            let (curve, table) = (KaplanMeier::fit(data), RiskTable::new(data));
            let arms = groups(&transplant).sorted();
            let stratified = data.clone().with_strata(groups(&year).sorted()).unwrap();
            let expected = [
                curve.median().value().ok(),
                curve.at(100.0).value().ok(),
                curve.at(100.0).std_error().ok(),
                NelsonAalen::fit(data).at(100.0).value().ok(),
                Some(table.events()),
                Some(table.person_time()),
                Some(LogRank::test(data, &arms).unwrap().statistic()),
                Some(LogRank::test(&stratified, &arms).unwrap().statistic()),
            ];
            let found: Vec<_> = bits(&answer).into_iter().map(|c| c[0]).collect();
            assert_eq!(found, expected.map(|x| x.map(f64::to_bits)), "{more} in {partitions} partitions");
        }
    }
}

#[tokio::test]
async fn incidence_with_competing_causes() {
    let table = read("mgus2").await;
    let (time, event) = (column(&table, "etime"), column(&table, "event"));
    let sex = column(&table, "sex");
    let outcome: Vec<Option<i64>> = event.iter().map(|&e| (e > 0.0).then_some(e as i64)).collect();
    let all = CompetingRisks::new(&time, &outcome).unwrap();
    let labels = groups(&sex);
    for (partitions, size) in [(1, 1_000_000), (8, 13)] {
        let ctx = context(partitions);
        in_pieces(&ctx, &table, partitions, size);
        for cause in [1, 2] {
            let o = format!("etime, event, {cause}, 60");
            let answer = rows(
                &ctx,
                &format!(
                    "SELECT sex, cuminc_at({o}), cuminc_at_se({o}), cuminc_at_lower({o}), cuminc_at_upper({o}),
                       cuminc_at_ci({o})['upper'], cuminc_at(etime, event, '{cause}', 1e9) FROM t GROUP BY sex ORDER BY sex"
                ),
            )
            .await;
            let found = bits(&answer);
            for (g, sex) in ["1", "2"].into_iter().enumerate() {
                let fit = AalenJohansen::new().fit(&all.subset(&labels, sex).unwrap()).unwrap();
                let at = fit.of(&cause).unwrap().at(60.0);
                let limits = at.interval(0.95).unwrap();
                // Beyond follow-up there is an estimate only where nobody is left without an event.
                let later = fit.of(&cause).unwrap().at(1e9).value().ok();
                let expected =
                    [at.value().ok(), at.std_error().ok(), limits.lower, limits.upper, limits.upper, later];
                for (c, expected) in expected.into_iter().enumerate() {
                    assert_eq!(
                        found[c + 1][g],
                        expected.map(f64::to_bits),
                        "cause {cause}, sex {sex}, column {c}"
                    );
                }
            }
        }
        // A cause that does not occur has incidence 0; the groups may have none of the others either.
        let answer =
            rows(&ctx, "SELECT cuminc_at(etime, event, 9, 60), cuminc_at(etime, 0, 1, 60) FROM t").await;
        assert_eq!(bits(&answer), [[Some(0)], [Some(0)]]);
    }
}

#[tokio::test]
async fn the_curve_as_rows() {
    let table = read("lung").await;
    let (time, status) = (column(&table, "time"), column(&table, "status"));
    let events: Vec<bool> = status.iter().map(|&s| s == 2.0).collect();
    let curve = KaplanMeier::fit(&RightCensored::new(&time, &events).unwrap());
    let ctx = context(4);
    in_pieces(&ctx, &table, 4, 17);
    let fields = ["time", "at_risk", "events", "censored", "survival", "std_error", "lower", "upper"];
    let select: Vec<String> = fields.iter().map(|f| format!("c['{f}'] AS {f}")).collect();
    let sql = format!(
        "SELECT {} FROM (SELECT unnest(km_curve(time, status = 2)) AS c FROM t) ORDER BY time",
        select.join(", ")
    );
    let found = bits(&rows(&ctx, &sql).await);
    assert_eq!(found[0].len(), curve.steps().count());
    for (i, step) in curve.steps().enumerate() {
        let limits = step.estimate.interval(0.95).unwrap();
        let expected = [
            Some(step.row.time),
            Some(step.row.at_risk),
            Some(step.row.events),
            Some(step.row.censored),
            step.estimate.value().ok(),
            step.estimate.std_error().ok(),
            limits.lower,
            limits.upper,
        ];
        for (c, expected) in expected.into_iter().enumerate() {
            assert_eq!(found[c][i], expected.map(f64::to_bits), "row {i}, {}", fields[c]);
        }
    }
}

#[tokio::test]
async fn several_files_are_one_table() {
    let folder = std::env::temp_dir().join(format!("greenwood-datafusion-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let text = std::fs::read_to_string(common::data("veteran")).unwrap();
    let (header, lines) = text.split_once('\n').unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    for (k, part) in lines.chunks(30).enumerate() {
        std::fs::write(folder.join(format!("part{k}.csv")), format!("{header}\n{}\n", part.join("\n")))
            .unwrap();
    }
    let sql = "SELECT trt, km_median(time, status), km_survival_at_lower(time, status, 100), logrank_chi2(time, status, celltype)
               FROM t GROUP BY trt ORDER BY trt";
    let mut answers = Vec::new();
    for (path, partitions) in [
        (common::data("veteran"), 1),
        (format!("{}/", folder.display()), 1),
        (format!("{}/", folder.display()), 8),
    ] {
        let ctx = context(partitions);
        ctx.register_csv("t", path, datafusion::prelude::CsvReadOptions::new()).await.unwrap();
        answers.push(bits(&rows(&ctx, sql).await));
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(answers[0].iter().flatten().all(Option::is_some));
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}
