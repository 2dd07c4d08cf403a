//! What is read from outside: each target takes bytes, reads them, and asks what was read everything that it can be
//! asked. Nothing may panic, hang or take memory that the bytes do not account for.
//!
//! Encoded risk tables get the checksum of their bytes, so that what stands behind it is reached.
//!
//! * a short run on any toolchain: `cargo run --release --bin smoke -- 5` (seconds for each target)
//! * coverage-guided: `cargo fuzz run adtte --features libfuzzer`, `cargo fuzz run stored --features libfuzzer`,
//!   `cargo fuzz run encoded --features libfuzzer`

mod results;

use std::fmt::Debug;

use greenwood::survival::curve::CumulativeHazard;
use greenwood::survival::log_rank::LogRankTest;
use greenwood::survival::regression::Baseline;
use greenwood::survival::risk_table::RiskTables;
use greenwood::survival::{
    CoxModel, CoxPh, Design, Groups, KaplanMeier, LogRank, NelsonAalen, RightCensored, RiskTable,
    SurvivalCurve, Weights,
};
use greenwood::trial::adtte::{Adtte, ReadOptions};
use greenwood::trial::{DayCount, TimeUnit};
use serde::{Serialize, de::DeserializeOwned};

/// A stored type: its name, an example of it as JSON, and its reader.
pub struct Stored {
    pub name: &'static str,
    pub example: fn() -> String,
    pub read: fn(&[u8]),
}

/// The reader of ADTTE as CSV, and every analysis of what it accepts.
pub fn adtte_csv(bytes: &[u8]) {
    for options in
        [ReadOptions::new(DayCount::Inclusive), ReadOptions::new(DayCount::Elapsed).unit(TimeUnit::Months)]
    {
        if let Ok(import) = Adtte::read_csv(bytes, options) {
            analyse(&import.adtte);
        }
    }
}

/// The same as Dataset-JSON.
pub fn adtte_json(bytes: &[u8]) {
    if let Ok(import) = Adtte::read_dataset_json(bytes, ReadOptions::new(DayCount::Inclusive)) {
        analyse(&import.adtte);
    }
}

/// Encoded risk tables without their checksum: those of one group and of several.
pub fn encoded_seeds() -> Vec<Vec<u8>> {
    let weighted =
        data().with_weights(Weights::replication(&[0.1, 2.0, 1.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.7]));
    let late =
        data().with_entry(&[0.0, 1.0, 2.5, 3.0, 6.0, 6.0, 0.0, 3.5, 0.0, 0.0]).expect("entries before exits");
    let mut seeds = vec![
        RiskTable::new(&data()).encode(),
        RiskTable::new(&late).encode(),
        RiskTable::new(&weighted.expect("ten weights")).encode(),
        RiskTables::new(&data(), &arms()).expect("ten labels").encode(),
    ];
    seeds.iter_mut().for_each(|bytes| bytes.truncate(bytes.len() - 4));
    seeds
}

/// The decoders of risk tables, with a curve and a test of what they accept.
pub fn encoded(body: &[u8]) {
    let mut bytes = body.to_vec();
    bytes.extend(crc32(body).to_le_bytes());
    if let Ok(table) = RiskTable::decode(&bytes) {
        assert_eq!(RiskTable::decode(&table.encode()).expect("a table is read as it is written"), table);
        let _ = KaplanMeier::from_table(table.merge_near_ties()).to_string();
        let _ = table.merge(&table);
    }
    if let Ok(tables) = RiskTables::decode(&bytes) {
        let _ = LogRank::from_tables(tables.merge_near_ties().tables(), &tables.labels());
        let _ = tables.merge(&tables);
    }
}

/// CRC-32 (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |x, _| if x & 1 == 1 { (x >> 1) ^ 0xEDB8_8320 } else { x >> 1 })
    })
}

fn analyse(adtte: &Adtte) {
    for parameter in adtte.parameters() {
        if let Ok(analysis) = adtte.analyse(parameter)
            && let Ok(report) = analysis.report().build()
        {
            let _ = (report.to_string(), report.to_markdown(), report.to_latex(), report.to_html());
        }
    }
}

/// A value that is accepted prints itself and is written back.
fn stored<T: DeserializeOwned + Serialize + Debug>(json: &[u8], ask: impl Fn(&T)) {
    if let Ok(value) = serde_json::from_slice::<T>(json) {
        let _ = format!("{value:?}");
        let _ = serde_json::to_string(&value);
        ask(&value);
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("every result can be written")
}

fn data() -> RightCensored<'static> {
    let months = vec![6.0, 7.0, 10.0, 15.0, 19.0, 25.0, 3.0, 4.0, 8.0, 11.0];
    let died = vec![true, false, true, true, false, false, true, true, true, false];
    RightCensored::new(months, died).expect("ten subjects")
}

fn arms() -> Groups {
    Groups::new(&["new", "new", "new", "new", "new", "new", "old", "old", "old", "old"])
}

fn curve() -> SurvivalCurve {
    KaplanMeier::fit(&data())
}

fn design() -> Design<'static> {
    let age = [61.0, 47.0, 52.0, 70.0, 39.0, 66.0, 58.0, 49.0, 73.0, 44.0];
    Design::builder().numeric("age", &age).factor("arm", &arms(), "old").build().expect("two covariates")
}

fn cox() -> CoxModel {
    CoxPh::new().fit(&data(), &design()).expect("a fit")
}

/// Every stored type that is read: data and curves, tests and models.
pub fn stored_types() -> impl Iterator<Item = &'static Stored> {
    STORED.iter().chain(results::RESULTS).chain(results::MODELS)
}

/// Types that can be written and read back, with what may be asked of each.
const STORED: &[Stored] = &[
    Stored {
        name: "RightCensored",
        example: || json(&data()),
        read: |b| {
            stored::<RightCensored>(b, |d| {
                let _ = KaplanMeier::fit(d).to_string();
            });
        },
    },
    Stored {
        name: "Groups",
        example: || json(&arms()),
        read: |b| {
            stored::<Groups>(b, |g| {
                let _ = g.labels().len();
            })
        },
    },
    Stored {
        name: "RiskTable",
        example: || json(&RiskTable::new(&data())),
        read: |b| {
            stored::<RiskTable>(b, |t| {
                let _ = t.rows().count();
                let _ = KaplanMeier::from_table(t.clone()).to_string();
            });
        },
    },
    Stored {
        name: "SurvivalCurve",
        example: || json(&curve()),
        read: |b| {
            stored::<SurvivalCurve>(b, |c| {
                let _ = (c.to_string(), c.median().to_string(), c.at(8.0).to_string());
                let _ = c.restricted_mean(10.0);
            });
        },
    },
    Stored {
        name: "CumulativeHazard",
        example: || json(&NelsonAalen::fit(&data())),
        read: |b| {
            stored::<CumulativeHazard>(b, |h| {
                let _ = h.at(8.0);
            })
        },
    },
    Stored {
        name: "LogRankTest",
        example: || json(&LogRank::test(&data(), &arms()).expect("two groups")),
        read: |b| {
            stored::<LogRankTest>(b, |t| {
                let _ = t.to_string();
            })
        },
    },
    Stored {
        name: "CoxModel",
        example: || json(&cox()),
        read: |b| {
            stored::<CoxModel>(b, |m| {
                let _ = (m.to_string(), m.wald_test(), m.variance());
            });
        },
    },
    Stored {
        name: "Baseline",
        example: || json(&cox().with(&data(), &design()).and_then(|fit| fit.baseline()).expect("a baseline")),
        read: |b| {
            stored::<Baseline>(b, |base| {
                let _ = base.at_zero().map(|c| c.value(8.0));
            })
        },
    },
];
