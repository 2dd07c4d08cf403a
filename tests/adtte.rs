//! CDISC ADTTE in and out: what is right, what is refused and where, and that nothing is lost or panics.

#[path = "common/random.rs"]
mod random;

use std::num::NonZeroU32;

use greenwood::jiff::civil::{date, datetime};
use greenwood::trial::adtte::{Adtte, AdtteParameter, Cnsr, Import, ReadOptions};
use greenwood::trial::{
    Calendar, Censoring, DayCount, Endpoint, Exit, Outcome, Role, Stratification, Subject, Time, TimeUnit,
    Trial,
};
use greenwood::{Error, Result, TrialError};
use random::Random;

const TRIAL: &str = include_str!("data/adtte/trial.csv");
const AWKWARD: &str = include_str!("data/adtte/awkward.csv");

fn read(text: &str) -> Result<Import> {
    Adtte::read_csv(text.as_bytes(), DayCount::Inclusive)
}

/// Counts and times by awk over the file; p-values and medians by R 4.2.2, survival 3.5-3, on the file:
/// survdiff(Surv(AVAL, CNSR == 0) ~ TRTP [+ strata(STRAT1R)], subset = PARAMCD == "PFS") and survfit.
#[test]
fn a_realistic_file_is_read_as_r_reads_it() -> Result<()> {
    let import = read(TRIAL)?;
    assert!(import.dropped.is_empty() && import.remarks.is_empty(), "{:?}", import.remarks);
    let adtte = import.adtte;
    assert_eq!((adtte.rows().len(), adtte.parameters()), (181, vec!["OS", "PFS", "DOR"]));
    assert_eq!(adtte.other_columns(), ["STUDYID", "SITEID", "STRAT1D", "STRAT1R", "STRAT1V"]);
    assert!(import.contradictions.is_empty(), "{:?}", import.contradictions);

    let pfs = adtte.analyse("PFS")?;
    assert_eq!(pfs.records().iter().filter(|r| r.outcome.is_event()).count(), 66);
    let reasons = pfs.reasons();
    let count =
        |reason| ["New treatment", "Control"].map(|arm| reasons.count(arm, reason)).iter().sum::<usize>();
    assert_eq!((count(Censoring::Cutoff), count(Censoring::Lost)), (10, 3));
    assert_eq!(count(Censoring::Event("New therapy, \"off label\"")), 1);
    assert_eq!(pfs.mis_stratified(), 5);

    let test = pfs.contrast("New treatment", "Control")?;
    approx::assert_relative_eq!(test.log_rank().statistic(), 0.37421994221425736, max_relative = 1e-9);
    let stratified =
        pfs.clone().stratified(Stratification::AsRandomised)?.contrast("New treatment", "Control")?;
    approx::assert_relative_eq!(stratified.log_rank().statistic(), 0.055447438665227347, max_relative = 1e-9);
    let stratified =
        pfs.clone().stratified(Stratification::AsActual)?.contrast("New treatment", "Control")?;
    approx::assert_relative_eq!(stratified.log_rank().statistic(), 0.01718547338261962, max_relative = 1e-9);
    let dor = adtte.analyse("DOR")?;
    assert_eq!(dor.curve("New treatment")?.median().value().ok(), Some(674.0));
    assert_eq!(dor.records().len(), 21);

    let no_such = adtte.analyse("EFS").unwrap_err().to_string();
    assert_eq!(no_such, "there is no parameter EFS: there are OS, PFS, DOR");
    Ok(())
}

/// Each awkward row of the file is told, and none is lost in silence.
#[test]
fn awkward_rows_are_told() -> Result<()> {
    let import = read(AWKWARD)?;
    let told =
        |notes: &[greenwood::trial::adtte::Note]| notes.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        told(&import.dropped),
        ["row 9 (5, OS): CNSR is missing", "row 10 (5, PFS): neither AVAL nor both dates are given"]
    );
    assert_eq!(
        told(&import.remarks),
        [
            "row 4 (2, PFS): ADT is missing: AVAL was taken as it is",
            "row 7 (4, OS): AVAL is 90 days, but the dates give 91 days (3.0 months) (Inclusive)",
            "row 8 (4, PFS): AVAL is missing: the dates give 91 days (3.0 months) (Inclusive)",
        ]
    );
    let contradictions: Vec<String> = import.contradictions.iter().map(ToString::to_string).collect();
    assert_eq!(
        contradictions,
        [
            "1: PFS is censored at 1 days (0.0 months), the time of death, which is an event of it",
            "3: PFS is on A, OS on B",
            "3: PFS and OS start on different dates",
            "3: PFS lasts 213 days (7.0 months), but OS ends at 183 days (6.0 months)",
            "4: PFS lasts 91 days (3.0 months), but OS ends at 90 days (3.0 months)",
        ]
    );
    let os = import.adtte.analyse("OS")?;
    let last = os.records().last().expect("there are rows");
    assert_eq!((last.time, last.outcome), (Time::months(12.5), Outcome::Event("Death")));
    Ok(())
}

/// Death as a competing event of progression, by its number: R codes it as another state.
#[test]
fn a_number_of_cnsr_can_compete() -> Result<()> {
    let two = NonZeroU32::new(2).expect("2 is not 0");
    let import = read(TRIAL)?;
    let pfs = import.adtte.analyse_with_competing("PFS", &[two])?;
    assert!(matches!(
        pfs.contrast("New treatment", "Control"),
        Err(Error::Trial(TrialError::CompetingOutcomes { .. }))
    ));
    assert!(pfs.incidence("Control", Time::years(1.0))?.value()? > 0.0);
    assert_eq!(Cnsr::censored(two).reason(), Some(two));
    Ok(())
}

#[test]
fn what_is_wrong_is_named_by_row_and_column() {
    let header = "USUBJID,PARAMCD,TRTP,STARTDT,ADT,AVAL,AVALU,CNSR\n";
    let refused = |text: &str| read(text).unwrap_err().to_string();
    let row = |cells: &str| refused(&format!("{header}1,OS,A,2020-01-01,2020-01-02,2,DAYS,0\n{cells}\n"));
    for (cells, message) in [
        (
            "2,OS,A,,,2,DAYS,-1",
            "row 2, column CNSR is \"-1\": it must be 0 for an event or a positive whole number",
        ),
        (
            "2,OS,A,,,2,DAYS,true",
            "row 2, column CNSR is \"true\": it must be 0 for an event or a positive whole number",
        ),
        (
            "2,OS,A,,,2,DAYS,0.5",
            "row 2, column CNSR is \"0.5\": it must be 0 for an event or a positive whole number",
        ),
        ("2,OS,A,,,two,DAYS,0", "row 2, column AVAL is \"two\": it must be a finite number of at least 0"),
        ("2,OS,A,,,-2,DAYS,0", "row 2, column AVAL is \"-2\": it must be a finite number of at least 0"),
        ("2,OS,A,,,NaN,DAYS,0", "row 2, column AVAL is \"NaN\": it must be a finite number of at least 0"),
        (
            "2,OS,A,,,2,MINUTES,0",
            "row 2, column AVALU is \"MINUTES\": it must be HOURS, DAYS, WEEKS, MONTHS or YEARS",
        ),
        ("2,OS,A,,,2,,0", "row 2, column AVALU is \"\": it must be HOURS, DAYS, WEEKS, MONTHS or YEARS"),
        (
            "2,OS,A,01/02/2020,,2,DAYS,0",
            "row 2, column STARTDT is \"01/02/2020\": it must be a date as 2020-01-31",
        ),
        (
            "2,OS,A,2020-02-30,,2,DAYS,0",
            "row 2, column STARTDT is \"2020-02-30\": it must be a date as 2020-01-31",
        ),
        (
            "2,OS,A,2020-02-03,2020-02-02,2,DAYS,0",
            "row 2, column ADT is \"2020-02-02\": it must be STARTDT or a later date",
        ),
        (",OS,A,,,2,DAYS,0", "row 2, column USUBJID is \"\": it must be given"),
    ] {
        assert_eq!(row(cells), message);
    }
    assert!(
        row("2,OS,A").starts_with("the data set cannot be read: CSV error: record 2 (line: 3"),
        "{}",
        row("2,OS,A")
    );
    assert_eq!(
        refused("USUBJID,PARAMCD,TRTP,AVAL,AVALU,EVENT\n1,OS,A,2,DAYS,1\n"),
        "there is no column CNSR: an event indicator is not taken for it: 0 is an event; there are USUBJID, PARAMCD, \
         TRTP, AVAL, AVALU, EVENT"
    );
    assert!(
        refused("USUBJID,PARAMCD,TRTP,AVAL,CNSR\n1,OS,A,2,1\n").contains("no column AVALU: AVAL has no unit")
    );
    assert!(
        refused("USUBJID,PARAMCD,TRTP,ADT,CNSR\n").contains("no column AVAL: both STARTDT and ADT would do")
    );
    assert!(refused("A,\u{feff}\n1,2\n").contains("column 2 has no name"));
    assert!(refused("A,a\n1,2\n").contains("there are two columns A"));
    assert!(refused(header).starts_with("the set of usable rows is empty"));
    assert!(refused("").contains("no column TRTP"));
    let json =
        |text: &str| Adtte::read_dataset_json(text.as_bytes(), DayCount::Elapsed).unwrap_err().to_string();
    assert!(json("{").starts_with("the data set cannot be read: EOF"));
    assert!(json("{}").contains("there is no array `columns`"));
    assert!(json(r#"{"columns": [{}]}"#).contains("a column has no `name`"));
    assert!(
        json(r#"{"columns": [{"name": "A"}], "rows": [[1, 2]]}"#)
            .contains("row 1 is not an array of 1 plain")
    );
}

fn csv_of(adtte: &Adtte) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    adtte.write_csv(&mut file)?;
    Ok(file)
}

/// Export then import is identity, in both formats, and a second export gives the same bytes.
#[test]
fn what_is_written_is_read_back() -> Result<()> {
    for text in [TRIAL, AWKWARD] {
        let adtte = read(text)?.adtte;
        let file = csv_of(&adtte)?;
        let again = Adtte::read_csv(&file[..], DayCount::Inclusive)?;
        assert!(again.dropped.is_empty());
        assert_eq!(again.adtte, adtte);
        assert_eq!(csv_of(&again.adtte)?, file);
        let mut json = Vec::new();
        adtte.write_dataset_json(&mut json, datetime(2020, 2, 3, 4, 5, 6, 0))?;
        assert_eq!(Adtte::read_dataset_json(&json[..], DayCount::Inclusive)?.adtte, adtte);
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Progression,
    NewTherapy,
    Death,
}

/// From subjects to rows to a file and back: every time, outcome, reason, arm and stratum is the same.
#[test]
fn an_analysis_survives_the_journey() -> Result<()> {
    const PFS: Endpoint<Kind> = Endpoint::new("PFS", |k| match k {
        Kind::Progression | Kind::Death => Role::Event,
        Kind::NewTherapy => Role::Censor,
    })
    .assessed(Time::weeks(8.0), Some(2));
    let calendar = Calendar::new(date(2020, 1, 1), DayCount::Inclusive);
    let days = Time::days;
    let on = |arm, id: &str, entered| Subject::on(arm).id(id).entered(days(entered));
    let trial = Trial::new([
        on("A", "1", 0.0)
            .stratum("sex", "f")
            .visit(days(57.0))
            .then(days(60.0), Kind::Progression)
            .until(days(99.0), Exit::Lost)?,
        on("B", "2", 3.0)
            .mis_stratified("sex", "f", "m")
            .then(days(70.25), Kind::NewTherapy)
            .until(days(90.0), Exit::Cutoff)?,
        on("A", "3", 8.0).stratum("sex", "m").visit(days(41.0)).until(days(42.0), Exit::Withdrew)?,
        on("B", "4", 9.0)
            .stratum("sex", "m")
            .visit(days(10.0))
            .then(days(200.0), Kind::Progression)
            .until(days(200.0), Exit::Cutoff)?,
        on("B", "5", 9.0).stratum("sex", "f").until(days(33.0), Exit::Terminal(Kind::Death))?,
    ]);
    let analysis = trial.analyse(&PFS)?;
    let adtte =
        Adtte::of(&analysis, &AdtteParameter::new("PFS", "Progression-free survival").calendar(&calendar));
    assert_eq!(adtte.rows()[0].adt, Some(date(2020, 2, 29)));
    assert_eq!(
        adtte.rows().iter().map(|r| r.cnsr.to_string()).collect::<Vec<_>>(),
        ["0", "5", "3", "4", "0"]
    );
    let back = Adtte::read_csv(&csv_of(&adtte)?[..], DayCount::Inclusive)?;
    // One remark: a time of 0 ends on no date where the first day counts.
    assert_eq!((&back.adtte, back.remarks.len(), back.dropped.len()), (&adtte, 1, 0));
    let read = back.adtte.analyse("PFS")?;
    assert_eq!(read.mis_stratified(), 1);
    for (a, b) in analysis.records().iter().zip(read.records()) {
        assert_eq!((a.time, &a.id, a.arm, a.entered), (b.time, &b.id, b.arm, b.entered));
        assert_eq!(format!("{:?}", a.outcome), format!("{:?}", b.outcome).replace('"', ""));
    }
    let contrast = (analysis.contrast("A", "B")?, read.contrast("A", "B")?);
    assert_eq!(contrast.0.log_rank(), contrast.1.log_rank());

    let mut both = adtte.clone();
    let twice = both.append(adtte.clone()).unwrap_err().to_string();
    let other = Adtte::read_csv(&csv_of(&adtte)?[..], DayCount::Elapsed)?.adtte;
    assert!(
        both.append(other).unwrap_err().to_string().starts_with("the data set cannot be joined: the two")
    );
    assert_eq!(twice, "rows 1 and 6 are both PFS of subject 1: one row per subject and parameter");
    Ok(())
}

/// No mutated file makes the reader, the checks, the analysis or the writers panic. Twenty thousand mutations here;
/// `GREENWOOD_FUZZ=3000000` for as many as one likes.
#[test]
fn no_malformed_file_panics() {
    let rounds: usize = std::env::var("GREENWOOD_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let pieces: [&[u8]; 26] = [
        b"02JAN2014",
        b"31feb",
        b",",
        b"\n",
        b"\"",
        b"\r\n",
        b"0",
        b"-1",
        b"1e308",
        b"-0",
        b"nan",
        b"inf",
        b"9999-12-31",
        b"-009999-01-01",
        b"2020-02-30",
        b"DAYS",
        b"YEARS",
        b"OS",
        b"\xff\xfe",
        b"\0",
        b"4294967296",
        b".",
        b"NA",
        b"\xef\xbb\xbf",
        b"1e-320",
        b" ",
    ];
    let mut json = Vec::new();
    let short: String = AWKWARD.split_inclusive('\n').take(6).collect();
    read(&short)
        .and_then(|i| i.adtte.write_dataset_json(&mut json, datetime(2020, 2, 3, 4, 5, 6, 0)))
        .expect("the file itself is read and written");
    let seeds: [&[u8]; 3] = [AWKWARD.as_bytes(), short.as_bytes(), &json];
    let mut random = Random(20_210_211);
    let mut understood = 0;
    for round in 0..rounds {
        let which = round % 3;
        let mut file = seeds[which].to_vec();
        for _ in 0..=random.below(4) {
            let at = random.below(file.len());
            match random.below(5) {
                0 => file[at] = random.below(256) as u8,
                1 => drop(file.drain(at..file.len().min(at + 1 + random.below(12)))),
                2 => drop(file.splice(at..at, pieces[random.below(pieces.len())].iter().copied())),
                3 => {
                    let end = file.len().min(at + 1 + random.below(6));
                    drop(file.splice(at..end, pieces[random.below(pieces.len())].iter().copied()));
                }
                _ => {
                    let from = random.below(file.len());
                    let copy = file[from..file.len().min(from + random.below(40))].to_vec();
                    drop(file.splice(at..at, copy));
                }
            }
            if file.is_empty() {
                file.push(b',');
            }
        }
        let days = [DayCount::Elapsed, DayCount::Inclusive][round / 3 % 2];
        let import = if which == 2 {
            Adtte::read_dataset_json(&file[..], days)
        } else {
            Adtte::read_csv(&file[..], days)
        };
        let Ok(import) = import else { continue };
        understood += 1;
        let _ = import.adtte.contradictions("PFS", "OS");
        for code in import.adtte.parameters() {
            let analysis = import.adtte.analyse(code).expect("the parameter is there");
            let _ = analysis.follow_up();
            if let [of, against, ..] = *analysis.arms() {
                let _ = analysis.contrast(of, against);
            }
            let _ = Adtte::of(
                &analysis,
                &AdtteParameter::new(code, code).calendar(&Calendar::new(date(2020, 1, 1), days)),
            );
        }
        let file = csv_of(&import.adtte).expect("memory can be written");
        assert_eq!(Adtte::read_csv(&file[..], days).expect("what was written is read").adtte, import.adtte);
    }
    assert!(understood > rounds / 20, "only {understood} of {rounds} mutated files were still readable");
}

/// What real submissions hold: each file once refused whole, or read wrongly.
#[test]
fn what_submissions_really_hold() {
    let read = |csv: &str| Adtte::read_csv(csv.as_bytes(), DayCount::Inclusive);
    // CNSR as a real submission writes it.
    let head = "USUBJID,PARAMCD,TRTP,STARTDT,ADT,AVAL,AVALU,CNSR\n";
    let import = read(&format!(
        "{head}1,OS,A,2014-01-02,2014-03-01,59.0,DAYS,0.0\n2,OS,A,2014-01-02,2014-03-01,59.0,DAYS,1.0\n"
    ))
    .unwrap();
    let codes: Vec<String> = import.adtte.rows().iter().map(|r| r.cnsr.to_string()).collect();
    assert_eq!((codes.join(" "), import.remarks.len()), ("0 1".into(), 0));
    assert!(read(&format!("{head}1,OS,A,,,59,DAYS,0.5\n")).is_err());
    // A partial date is no date: nothing is imputed, and AVAL is taken as it is.
    let import =
        read(&format!("{head}1,OS,A,2014-01-02,2014-03,59,DAYS,0\n2,OS,A,2014-01-02,2014-03-01,59,DAYS,1\n"))
            .unwrap();
    assert_eq!(import.adtte.rows().len(), 2);
    assert_eq!(
        import.remarks[0].to_string(),
        "row 1 (1, OS): ADT is 2014-03, without its day: it counts as missing"
    );
    // SAS's numbers of days.
    let import = read(&format!("{head}1,OS,A,19725,19783,59,DAYS,0\n")).unwrap();
    let row = &import.adtte.rows()[0];
    assert_eq!((row.startdt, row.adt), (Some(date(2014, 1, 2)), Some(date(2014, 3, 1))));
    assert!(import.remarks.is_empty());
    // A duplicate in one parameter leaves the others alone.
    let head = "USUBJID,PARAMCD,TRTP,AVAL,AVALU,CNSR\n";
    let import = read(&format!("{head}1,OS,A,59,DAYS,0\n1,TTAE,A,3,DAYS,0\n1,TTAE,A,9,DAYS,0\n")).unwrap();
    assert!(import.adtte.analyse("OS").is_ok());
    assert!(import.adtte.analyse("TTAE").unwrap_err().to_string().starts_with("rows 2 and 3 are both TTAE"));
    assert_eq!(import.remarks.len(), 1);
    // Hours are days.
    let import = read(&format!("{head}1,TTR,A,36,HOURS,0\n")).unwrap();
    assert_eq!(import.adtte.rows()[0].aval, 1.5);
    // A row without an arm is left out with a note.
    let import = read(&format!("{head}1,OS,,59,DAYS,0\n2,OS,A,70,DAYS,1\n")).unwrap();
    assert_eq!(
        (import.adtte.rows().len(), import.dropped[0].to_string()),
        (1, "row 1 (1, OS): TRTP is missing".into())
    );
    // The arm may stand in another column.
    let csv = "USUBJID,PARAMCD,ARM,AVAL,CNSR\n1,OS,A,59,0\n";
    let options = ReadOptions::new(DayCount::Inclusive).unit(TimeUnit::Days);
    assert!(
        Adtte::read_csv(csv.as_bytes(), options.clone())
            .unwrap_err()
            .to_string()
            .contains("ReadOptions::treatment")
    );
    assert_eq!(Adtte::read_csv(csv.as_bytes(), options.treatment("arm")).unwrap().adtte.rows()[0].trtp, "A");
    // AVAL as it is rounded in the file agrees with the dates.
    let csv = "USUBJID,PARAMCD,TRTP,STARTDT,ADT,AVAL,AVALU,CNSR\n1,OS,A,2014-01-02,2014-06-30,5.9,MONTHS,0\n";
    assert!(read(csv).unwrap().remarks.is_empty());
}

/// Two reasons under one description stay two, each with its number.
#[test]
fn reasons_that_share_their_words_keep_their_numbers() {
    let csv = "USUBJID,PARAMCD,TRTP,AVAL,AVALU,CNSR,CNSDTDSC\n1,PFS,A,5,DAYS,0,\n2,PFS,A,6,DAYS,1,Last assessment\n\
               3,PFS,B,7,DAYS,2,Last assessment\n4,PFS,B,8,DAYS,3,Withdrew\n";
    let import = Adtte::read_csv(csv.as_bytes(), DayCount::Inclusive).unwrap();
    let reasons = import.adtte.analyse("PFS").unwrap().reasons().to_string();
    for text in ["Last assessment (CNSR 1)", "Last assessment (CNSR 2)"] {
        assert!(reasons.contains(text), "{reasons}");
    }
}

/// Dataset-JSON by lines.
#[test]
fn ndjson_is_read() {
    let text = "{\"columns\":[{\"name\":\"USUBJID\"},{\"name\":\"PARAMCD\"},{\"name\":\"TRTP\"},{\"name\":\"AVAL\"},{\"name\":\"AVALU\"},{\"name\":\"CNSR\"}]}\n\
                [\"1\",\"OS\",\"A\",59,\"DAYS\",0]\n[\"2\",\"OS\",\"B\",70,\"DAYS\",1]\n";
    let import = Adtte::read_dataset_json(text.as_bytes(), DayCount::Inclusive).unwrap();
    assert_eq!(import.adtte.rows().len(), 2);
}

/// A row of a study that is written in many ways below.
struct Written {
    id: usize,
    param: &'static str,
    arm: &'static str,
    start: greenwood::jiff::civil::Date,
    days: i64,
    cnsr: u32,
}

/// One file, written as another program would: dates, codes, units, order of columns, format. All mean the same.
fn written(rows: &[Written], r: &mut Random) -> (String, bool) {
    let sas = |d: greenwood::jiff::civil::Date| (d - date(1960, 1, 1)).get_days().to_string();
    let day = |d: greenwood::jiff::civil::Date, how: usize| match how {
        0 => d.to_string(),
        1 => d.strftime("%d%b%Y").to_string().to_uppercase(),
        2 => sas(d),
        3 => format!("{d}T10:30:00"),
        4 => d.strftime("%Y%m%d").to_string(),
        _ => format!("{}.0", sas(d)),
    };
    let json = r.below(3);
    let mut names =
        vec!["USUBJID", "PARAMCD", "TRTP", "STARTDT", "ADT", "AVAL", "AVALU", "CNSR", "EVNTDESC", "STRAT1R"];
    for i in (1..names.len()).rev() {
        names.swap(i, r.below(i + 1));
    }
    let mut lines: Vec<Vec<String>> = Vec::new();
    for row in rows {
        let (unit, per) = [("DAYS", 1.0), ("Days", 1.0), ("HOURS", 1.0 / 24.0), ("weeks", 7.0)][r.below(4)];
        let cnsr = [format!("{}", row.cnsr), format!("{}.0", row.cnsr), format!(" {}", row.cnsr)];
        let how = r.below(6);
        let cell = |name: &str, r: &mut Random| match name {
            "USUBJID" => row.id.to_string(),
            "PARAMCD" => row.param.into(),
            "TRTP" => format!("{}{}", row.arm, ["", " "][r.below(2)]),
            "STARTDT" => day(row.start, how),
            "ADT" => {
                day(row.start.checked_add(greenwood::jiff::Span::new().days(row.days - 1)).unwrap(), how)
            }
            "AVAL" => (row.days as f64 / per).to_string(),
            "AVALU" => unit.into(),
            "CNSR" => cnsr[r.below(3)].clone(),
            "EVNTDESC" => if row.cnsr == 0 { "Death" } else { "Alive, \"so far\"" }.into(),
            _ => ["", "."][r.below(2)].to_string(),
        };
        lines.push(names.iter().map(|n| cell(n, r)).collect());
    }
    if json == 0 {
        let quoted = |t: &String| format!("\"{}\"", t.replace('"', "\"\""));
        let bom = ["", "\u{feff}"][r.below(2)];
        let end = ["\n", "\r\n"][r.below(2)];
        let names: Vec<String> =
            names.iter().map(|n| if r.below(4) == 0 { n.to_lowercase() } else { (*n).into() }).collect();
        let body = lines.iter().map(|l| l.iter().map(quoted).collect::<Vec<_>>().join(",") + end);
        return (format!("{bom}{}{end}{}", names.join(","), body.collect::<String>()), false);
    }
    let columns: Vec<_> = names.iter().map(|n| serde_json::json!({"name": n})).collect();
    let cells = |l: &Vec<String>| {
        serde_json::Value::from(
            l.iter()
                .map(|t| match t.parse::<f64>() {
                    // A basic ISO date is a text, also of digits alone.
                    Ok(x) if t.trim() == t && t.len() != 8 => serde_json::json!(x),
                    _ => serde_json::json!(t),
                })
                .collect::<Vec<_>>(),
        )
    };
    let records = rows.len();
    if json == 1 {
        let rows: Vec<_> = lines.iter().map(cells).collect();
        return (serde_json::json!({"columns": columns, "records": records, "rows": rows}).to_string(), true);
    }
    let head = serde_json::json!({"columns": columns, "records": records}).to_string();
    let body: String = lines.iter().map(|l| cells(l).to_string() + "\n").collect();
    (format!("{head}\n{body}"), true)
}

/// 200 files that mean the same, each with its own dates (ISO, `DATE9.`, SAS's numbers, with a time), codes, units, order of columns and
/// format (CSV, Dataset-JSON, NDJSON), are read as the same, without a remark.
#[test]
fn files_that_mean_the_same_are_read_as_the_same() {
    for seed in 0..200 {
        let mut r = Random(seed);
        let rows: Vec<Written> = (0..12)
            .map(|i| Written {
                id: 1 + i / 2,
                param: ["OS", "TTR"][i % 2],
                arm: ["A", "Placebo"][(i / 2) % 2],
                start: date(2014, 1, 2)
                    .checked_add(greenwood::jiff::Span::new().days(i as i64 / 2 * 37))
                    .unwrap(),
                days: 1 + r.below(900) as i64,
                cnsr: r.below(3) as u32,
            })
            .collect();
        let (text, json) = written(&rows, &mut r);
        let read = if json { Adtte::read_dataset_json } else { |s: &[u8], o| Adtte::read_csv(s, o) };
        let import =
            read(text.as_bytes(), DayCount::Inclusive).unwrap_or_else(|e| panic!("seed {seed}: {e}\n{text}"));
        assert!(
            import.dropped.is_empty() && import.remarks.is_empty(),
            "seed {seed}: {:?}\n{text}",
            import.remarks
        );
        for (row, read) in rows.iter().zip(import.adtte.rows()) {
            assert_eq!((&read.trtp[..], read.startdt), (row.arm, Some(row.start)), "seed {seed}\n{text}");
            assert_eq!(read.cnsr.reason().map_or(0, NonZeroU32::get), row.cnsr);
            approx::assert_relative_eq!(
                read.avalu.time(read.aval).in_days(),
                row.days as f64,
                max_relative = 1e-12
            );
        }
    }
}

/// What is wrong is told with its row, column and value, or left out with a note.
#[test]
fn what_reads_wrongly_elsewhere_is_told() {
    let head = "USUBJID,PARAMCD,TRTP,STARTDT,ADT,AVAL,AVALU,CNSR\n";
    let import = |csv: &str| read(&format!("{head}{csv}"));
    let refused = |csv: &str| import(csv).unwrap_err().to_string();
    // A month without its day is no number of days, a date with two digits of its year no date of the year 14.
    for (adt, row) in [("201403", "row 1"), ("02JAN14", "row 1"), ("1704240000", "row 1"), ("41.5", "row 1")]
    {
        let told = refused(&format!("1,OS,A,2014-01-02,{adt},59,DAYS,0\n"));
        assert!(told.contains(row) && told.contains("ADT") && told.contains(adt), "{told}");
    }
    // What R and SAS write where there is nothing is nothing: no arm NA, no subject ".".
    let left = import("1,OS,NA,,,5,DAYS,0\n2,OS,.,,,6,DAYS,0\n3,OS,A,,,7,DAYS,0\n").unwrap();
    assert_eq!((left.adtte.rows().len(), left.dropped.len()), (1, 2));
    assert!(refused("NA,OS,A,,,5,DAYS,0\n").contains("USUBJID"));
    // Names that differ by case or blanks are told.
    let alike =
        import("1,OS,Placebo,,,5,DAYS,0\n2,os,PLACEBO,,,6,DAYS,0\n3,OS,PLACEBO,,,7,DAYS,0\n").unwrap();
    let told: Vec<String> = alike.remarks.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "row 2 (2, os): TRTP is \"PLACEBO\", which differs from \"Placebo\" by its case or blanks alone: they count as two",
            "row 2 (2, os): PARAMCD is \"os\", which differs from \"OS\" by its case or blanks alone: they count as two",
        ]
    );
    // A row that was left out is no duplicate, and rows keep the numbers that they have in the file.
    let kept = import("1,OS,A,,,5,DAYS,\n1,OS,A,,,6,DAYS,0\n2,OS,A,,,7,DAYS,0\n2,OS,A,,,8,DAYS,0\n").unwrap();
    assert_eq!((kept.dropped.len(), kept.remarks.len()), (1, 1));
    assert_eq!(kept.remarks[0].row, 4);
    let twice = kept.adtte.analyse("OS").unwrap_err().to_string();
    assert!(twice.starts_with("rows 3 and 4 are both OS"), "{twice}");
    // A file that was cut short says so.
    let cut = "{\"columns\":[{\"name\":\"USUBJID\"},{\"name\":\"PARAMCD\"},{\"name\":\"TRTP\"},{\"name\":\"AVAL\"},{\"name\":\"AVALU\"},{\"name\":\"CNSR\"}],\"records\":3}\n\
               [\"1\",\"OS\",\"A\",59,\"DAYS\",0]\n[\"2\",\"OS\",\"B\",70,\"DAYS\",1]\n";
    let told = Adtte::read_dataset_json(cut.as_bytes(), DayCount::Inclusive).unwrap_err().to_string();
    assert!(told.contains("`records` says 3 rows, but there are 2"), "{told}");
}

/// Strata: a blank cell is no level, two factors of one name are two, and levels with commas are told apart.
#[test]
fn strata_are_kept_apart() {
    let head = "USUBJID,PARAMCD,TRTP,AVAL,AVALU,CNSR,STRAT1D,STRAT1R,STRAT2D,STRAT2R\n";
    let row = |id: usize, strata: &str| {
        format!("{id},OS,{},{},DAYS,0,{strata}\n", ["A", "B"][id % 2], 3 * id + id % 3)
    };
    let levels = ["Sex,\"x, y\",Sex,z", "Sex,\"x, y\",Sex,z", "Sex,x,Sex,\"y, z\"", "Sex,x,Sex,\"y, z\""];
    let file: String = (0..8).map(|i| row(i, levels[i % 4])).collect();
    let statistic = |file: &str| {
        let import = read(&format!("{head}{file}")).unwrap();
        let analysis = import.adtte.analyse("OS").unwrap().stratified(Stratification::AsRandomised).unwrap();
        analysis.contrast("A", "B").unwrap().log_rank().statistic()
    };
    let plain = file.replace("\"x, y\",Sex,z", "p,Sex,q").replace("x,Sex,\"y, z\"", "u,Sex,v");
    let one = plain.replace("u,Sex,v", "p,Sex,q");
    assert_eq!(statistic(&file), statistic(&plain));
    assert_ne!(statistic(&file), statistic(&one));
    let missing = file.replacen("Sex,x,Sex", "Sex,.,Sex", 1);
    let import = read(&format!("{head}{missing}")).unwrap();
    let told = import.adtte.analyse("OS").unwrap();
    let told = told.stratified(Stratification::AsRandomised).map(|_| ()).unwrap_err().to_string();
    assert!(told.contains('2') && told.contains("Sex"), "{told}");
}

/// A subject stands in a trial once, and has a factor once.
#[test]
fn subjects_and_factors_are_named_once() {
    const OS: Endpoint<()> = Endpoint::overall_survival(|()| true);
    let subject = |id: &str| Subject::on("A").id(id).until(Time::days(3.0), Exit::Terminal(())).unwrap();
    let told = Trial::new([subject("1"), subject("2"), subject("1")]).analyse(&OS).map(|_| ()).unwrap_err();
    assert_eq!(told.to_string(), "two subjects are named \"1\": give each a name of its own");
    let twice = Subject::<_, ()>::on("A").stratum("sex", "m").stratum("sex", "f");
    let told = twice.until(Time::days(3.0), Exit::Cutoff).unwrap_err().to_string();
    assert!(told.starts_with("two stratification factors of one subject are named \"sex\""), "{told}");
}
