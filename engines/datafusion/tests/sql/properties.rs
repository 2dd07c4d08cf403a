//! Made-up tables: near ties between partitions, many groups, and rows beyond every buffer.

use std::sync::Arc;

use crate::common::{bits, context, in_pieces, rows};
use datafusion::arrow::array::{BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use greenwood::survival::{Groups, KaplanMeier, LogRank, RightCensored, RiskTable};

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

struct Rows {
    time: Vec<f64>,
    event: Vec<bool>,
    arm: Vec<&'static str>,
    site: Vec<i64>,
}

impl Rows {
    fn new(n: usize, sites: u64, time: impl Fn(&mut Random) -> f64) -> Self {
        let mut random = Random(7);
        let mut rows = Self { time: vec![], event: vec![], arm: vec![], site: vec![] };
        for _ in 0..n {
            rows.time.push(time(&mut random));
            rows.event.push(random.below(10) < 6);
            rows.arm.push(["A", "B", "C"][random.below(3) as usize]);
            rows.site.push(random.below(sites) as i64);
        }
        rows
    }

    fn table(&self) -> RecordBatch {
        let schema = Schema::new(vec![
            Field::new("time", DataType::Float64, true),
            Field::new("event", DataType::Boolean, true),
            Field::new("arm", DataType::Utf8, true),
            Field::new("site", DataType::Int64, true),
        ]);
        let columns: Vec<datafusion::arrow::array::ArrayRef> = vec![
            Arc::new(Float64Array::from(self.time.clone())),
            Arc::new(BooleanArray::from(self.event.clone())),
            Arc::new(StringArray::from(self.arm.clone())),
            Arc::new(Int64Array::from(self.site.clone())),
        ];
        RecordBatch::try_new(Arc::new(schema), columns).unwrap()
    }
}

/// Times of which many differ by rounding error alone, in different partitions.
#[tokio::test]
async fn near_ties_are_judged_over_the_whole() {
    let tenths = |random: &mut Random| {
        let t = random.below(50) as f64;
        if random.below(2) == 0 { t / 10.0 } else { t * 0.1 + 0.1 - 0.1 }
    };
    let rows_ = Rows::new(400, 4, tenths);
    let data = RightCensored::new(&rows_.time, &rows_.event).unwrap();
    assert!(
        RiskTable::new(&data).len()
            < RiskTable::new(
                &data.clone().with_near_ties(greenwood::survival::data::NearTies::Exact).unwrap()
            )
            .len()
    );
    let strata = data.clone().with_strata(Groups::new(&rows_.site).sorted()).unwrap();
    let test = LogRank::test(&strata, &Groups::new(&rows_.arm).sorted()).unwrap();
    let curve = KaplanMeier::fit(&data);
    let expected = [test.statistic(), curve.at(2.5).value().unwrap(), curve.at(2.5).std_error().unwrap()];
    for (partitions, size) in [(1, 1000), (2, 11), (8, 3)] {
        let ctx = context(partitions);
        in_pieces(&ctx, &rows_.table(), partitions, size);
        let sql = "SELECT logrank_chi2(time, event, arm, site), km_survival_at(time, event, 2.5),
                     km_survival_at_se(time, event, 2.5) FROM t";
        let found: Vec<_> = bits(&rows(&ctx, sql).await).into_iter().map(|c| c[0]).collect();
        assert_eq!(found, expected.map(|x| Some(x.to_bits())), "{partitions} partitions");
    }
}

/// More rows than a buffer holds, continuous and in days; groups nearly as many as rows, whose rows become states at once.
#[tokio::test]
async fn many_rows_and_many_groups() {
    for (sites, days) in [(3, true), (3, false), (30_000, true)] {
        let time = move |random: &mut Random| {
            let t = random.below(1 << 40) as f64 / (1_u64 << 32) as f64;
            if days { t.floor() } else { t }
        };
        let table = Rows::new(60_000, sites, time);
        let mut answers = Vec::new();
        for (partitions, size) in [(1, 8192), (8, 1000)] {
            let ctx = context(partitions);
            in_pieces(&ctx, &table.table(), partitions, size);
            let sql = "SELECT site, km_median(time, event) AS m, km_survival_at(time, event, 100), events(time, event), count(*)
                       FROM t GROUP BY site ORDER BY site";
            answers.push(bits(&rows(&ctx, sql).await));
        }
        assert_eq!(answers[0], answers[1], "{sites} sites");
        let labels = Groups::new(&table.site);
        let data = RightCensored::new(&table.time, &table.event).unwrap();
        let curves = KaplanMeier::by_group(&data, &labels).unwrap();
        for row in (0..answers[0][0].len()).step_by(answers[0][0].len() / 3) {
            let site = f64::from_bits(answers[0][0][row].unwrap()).to_string();
            let curve = &curves[labels.code(&site).unwrap()];
            assert_eq!(answers[0][1][row].map(f64::from_bits), curve.median().value().ok(), "site {site}");
            assert_eq!(answers[0][2][row].map(f64::from_bits), curve.at(100.0).value().ok(), "site {site}");
        }
    }
}

/// Groups that change from rows to counted days, to folded tables and to long runs, in whatever order the times come: whole days of
/// any size, tenths that repeat, times that do not.
#[tokio::test]
async fn a_group_that_changes_its_kind_of_times() {
    let kinds: [fn(&mut Random) -> f64; 5] = [
        |r| r.below(300) as f64,
        |r| r.below(70_000) as f64,
        |r| r.below(500) as f64 / 10.0,
        |r| r.below(1 << 40) as f64 / (1_u64 << 30) as f64,
        |r| if r.below(3) == 0 { 0.0 } else { (r.below(60) as f64 / 10.0) * 3.0 / 3.0 * 10.0 + 1e-15 },
    ];
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 0, 2, 4, 1]] {
        let drawn = std::cell::Cell::new(0_usize);
        let time = |random: &mut Random| {
            let n = drawn.get();
            drawn.set(n + 1);
            kinds[order[(n / 14_000).min(4)]](random)
        };
        let table = Rows::new(70_000, 2, time);
        let data = RightCensored::new(&table.time, &table.event).unwrap();
        let curve = KaplanMeier::fit(&data);
        let at = curve.at(40.0);
        let expected = [curve.median().value().unwrap(), at.value().unwrap(), at.std_error().unwrap()];
        for (partitions, size) in [(1, 8192), (3, 777)] {
            let ctx = context(partitions);
            in_pieces(&ctx, &table.table(), partitions, size);
            for grouping in ["", "GROUP BY 1 = 1"] {
                let sql = format!(
                    "SELECT km_median(time, event), km_survival_at(time, event, 40), km_survival_at_se(time, event, 40) FROM t {grouping}"
                );
                let found: Vec<_> = bits(&rows(&ctx, &sql).await).into_iter().map(|c| c[0]).collect();
                assert_eq!(
                    found,
                    expected.map(|x| Some(x.to_bits())),
                    "{order:?}, {partitions} partitions {grouping}"
                );
            }
        }
    }
}

/// The order of rows and batches, and what stands beside, change nothing.
#[tokio::test]
async fn filters_windows_and_grouping_sets() {
    let table = Rows::new(300, 3, |random| random.below(40) as f64);
    let ctx = context(4);
    in_pieces(&ctx, &table.table(), 4, 9);
    let by_arm =
        bits(&rows(&ctx, "SELECT km_median(time, event), count(*) FROM t GROUP BY arm ORDER BY arm").await);
    let filtered = rows(
        &ctx,
        "SELECT km_median(time, event) FILTER (WHERE arm = 'A'), km_median(time, event) FILTER (WHERE arm = 'B'),
           km_median(time, event) FILTER (WHERE arm = 'C'), km_median(time, event) FILTER (WHERE arm = 'D') FROM t",
    )
    .await;
    let filtered: Vec<_> = bits(&filtered).into_iter().map(|c| c[0]).collect();
    assert_eq!(filtered[..3], by_arm[0]);
    assert_eq!(filtered[3], None);
    let grouped = "SELECT km_median(time, event) FILTER (WHERE site < 2) a, km_median(time, event) b FROM t GROUP BY arm ORDER BY arm";
    let wanted = "SELECT km_median(time, event) a FROM t WHERE site < 2 GROUP BY arm ORDER BY arm";
    let grouped = bits(&rows(&ctx, grouped).await);
    assert_eq!(grouped[0], bits(&rows(&ctx, wanted).await)[0]);
    assert_eq!(grouped[1], by_arm[0]);

    let windows = "SELECT DISTINCT arm, km_median(time, event) OVER (PARTITION BY arm) AS m FROM t";
    let windows = rows(&ctx, &format!("SELECT m FROM ({windows}) ORDER BY arm")).await;
    assert_eq!(bits(&windows)[0], by_arm[0]);
    // A frame that grows: the last row has seen all.
    let running = "SELECT last_value(m ORDER BY n) FROM (SELECT arm, row_number() OVER (PARTITION BY arm ORDER BY time, event, site) AS n,
                     km_median(time, event) OVER (PARTITION BY arm ORDER BY time, event, site ROWS UNBOUNDED PRECEDING) AS m FROM t)
                   GROUP BY arm ORDER BY arm";
    assert_eq!(bits(&rows(&ctx, running).await)[0], by_arm[0]);

    let rollup = "SELECT km_median(time, event) FROM t GROUP BY ROLLUP (arm) ORDER BY arm NULLS LAST";
    let rollup = bits(&rows(&ctx, rollup).await);
    assert_eq!((rollup[0].len(), &rollup[0][..3]), (4, &by_arm[0][..]));
}
