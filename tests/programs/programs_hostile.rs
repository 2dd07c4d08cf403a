//! Hostile flags and files: one line that names the flag, the column and the row, and says what to do.

use crate::program::{answer, file, refusal};

const AML: &str = "tests/data/aml.csv --time time --event status";
const MGUS2: &str = "tests/data/mgus2.csv --time etime --event event --causes 1,2";
const COLON: &str = "tests/data/colon_ms.csv --id id --start tstart --stop tstop --to to --states 1,2,3";
const BLADDER: &str = "tests/data/bladder2.csv --id id --start start --stop stop --event event";
const VISITS: &str = "tests/data/visits.csv --lower L --upper R";
const LUNG: &str = "tests/data/lung.csv --time time --event status --event-value 2";
const SIMULATE: &str =
    "simulate --hazard-ratio 0.7 --control-median 12 --subjects 40 --accrual 12 --trials 20";

/// What the standard library says of text that is no number is no word for users.
#[test]
fn what_is_no_number_is_said_in_words() {
    for (call, flag) in [
        (format!("curve {AML} --rmst 1,5"), "--rmst"),
        (format!("curve {AML} --at abc"), "--at"),
        (format!("compare {AML} --by x --at 1;2"), "--at"),
        (format!("incidence {MGUS2} --tau x"), "--tau"),
        (format!("{SIMULATE} --followup y"), "--followup"),
    ] {
        let error = refusal(&call);
        assert!(error.contains(flag) && error.contains("it is not a number such as 12.5"), "{call}: {error}");
        assert!(!error.contains("literal"), "{call}: {error}");
    }
    for call in [
        format!("recurrent {BLADDER} --model pwp-gap --covariates rx --up-to 1.5"),
        format!("npmle {VISITS} --by arm --test sun --permutations 1e400"),
        format!("{SIMULATE} --followup 12 --seed -1"),
    ] {
        let error = refusal(&call);
        assert!(error.contains("it is not a whole number such as 12"), "{call}: {error}");
    }
    assert!(refusal(&format!("curve {AML} --decimal ab")).contains("it is not one character"));
    assert!(
        refusal(&format!("curve {AML} --decimal 0")).starts_with("error: --decimal \"0\": give the sign")
    );
}

/// An argument of the library has a flag, and the error begins with it.
#[test]
fn errors_of_the_library_name_the_flag() {
    let x = "--covariates age";
    for (call, flag) in [
        (format!("curve {AML} --quantiles 1.5"), "--quantiles"),
        (format!("incidence {MGUS2} --quantiles -1"), "--quantiles"),
        (format!("parametric {LUNG} --distribution weibull --quantiles 0"), "--quantiles"),
        (format!("parametric {LUNG} --distribution weibull --tau 0"), "--tau 0"),
        (format!("compare {AML} --by x --trend 1,2,3"), "--trend"),
        (format!("incidence {MGUS2} --given-event-free nan"), "--given-event-free"),
        (format!("incidence {MGUS2} --given-event-free 1e9"), "--given-event-free"),
        (format!("incidence {MGUS2} --by sex --gray --rho inf"), "--rho"),
        (format!("incidence {MGUS2} --fine-gray 3 {x}"), "--fine-gray"),
        (format!("multistate {COLON} --initial 1,0"), "--initial"),
        (format!("multistate {COLON} --initial 1,1,0"), "--initial"),
        (format!("cox {AML} --start nothing --covariates x"), "--start"),
        (format!("plot {AML} --until -1 -o nowhere.svg"), "--until"),
        (format!("plot {AML} --width-mm nan -o nowhere.svg"), "--width-mm"),
        (format!("plot {AML} --time-unit 0 -o nowhere.svg"), "--time-unit"),
        (format!("plot {AML} --landmarks -1 -o nowhere.svg"), "--landmarks"),
        (format!("plot {AML} --mean-to inf -o nowhere.svg"), "--mean-to"),
    ] {
        let error = refusal(&call);
        assert!(error.starts_with(&format!("error: {flag}")), "{call}: {error}");
    }
}

/// What a call would leave without effect is refused; so is a column that is observed and something else too.
#[test]
fn flags_without_effect_are_refused_in_every_program() {
    let x = "--covariates age";
    for (call, flag) in [
        (format!("incidence {MGUS2} --by sex --censoring-ties events-first"), "--fine-gray"),
        (format!("multistate {COLON} --check-only --at 500"), "--at"),
        (format!("multistate {COLON} --check-only {x}"), "--covariates"),
        (format!("multistate {COLON} --from-time 100"), "--at"),
        (format!("multistate {COLON} {x} --new age=60"), "--at"),
        (format!("parametric {LUNG} --upper age --distribution weibull"), "--upper"),
        (format!("parametric {VISITS} --event arm --distribution weibull"), "--event"),
        (format!("parametric {LUNG} --distribution weibull --new age=60"), "--at"),
        (format!("npmle {VISITS} --level 0.9"), "--level"),
        (format!("npmle {VISITS} --samples 9"), "--samples"),
        (format!("npmle {VISITS} --by arm --test sun --seed 9"), "--seed"),
        (
            "compare tests/data/veteran.csv --time time --event status --by celltype --level 0.9".into(),
            "--level",
        ),
        (format!("{SIMULATE} --followup 12 --until 20"), "--until"),
        (format!("{SIMULATE} --followup 12 --looks 2"), "--looks"),
        (format!("{SIMULATE} --followup 12 --threads 0"), "--threads"),
        (format!("plot {AML} --kind log-log --no-bands -o nowhere.svg"), "--no-bands"),
        (format!("plot {AML} --kind smoothed-hazard --no-marks -o nowhere.svg"), "--no-marks"),
        (format!("cox {AML} --start x --entry x --covariates x"), "--start"),
        (format!("curve {AML} --by time"), "--by names column \"time\", which is named by --time too"),
        (format!("curve {AML} --by status"), "--by names column \"status\", which is named by --event too"),
        (format!("recurrent {BLADDER} --by stop"), "--by names column \"stop\""),
        (format!("incidence {MGUS2} --by event"), "--by names column \"event\""),
    ] {
        let error = refusal(&call);
        assert!(error.contains(flag), "{call}: {error}");
    }
}

#[test]
fn files_of_other_kinds_are_told_by_what_they_are() {
    let call = |path: &str| format!("curve {path} --time t --event e");
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("t,e\n1,1\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let error = refusal(&call(&file("utf16.csv", &utf16)));
    assert!(
        error.ends_with("utf16.csv is UTF-16: save the file as UTF-8 (iconv -f utf-16 -t utf-8)"),
        "{error}"
    );
    let error = refusal(&call("nowhere.csv"));
    assert_eq!(error, "error: nowhere.csv: No such file or directory: check the name and the folder");
    let error = refusal(&call(&file("no_header.csv", b"1,1\n2,0\n")));
    assert!(error.ends_with("the first line must hold the names of the columns"), "{error}");
    let error = refusal(&call(&file("quote.csv", b"t,e\n1,1\n\"2,0\n3,1\n")));
    assert!(error.contains("line 3: 1 cell, where") && error.ends_with("which are closed again"), "{error}");
    // Which of the codes is the event is not guessed from the row that stands first.
    let error = refusal(&call(&file("codes.csv", b"t,e\n1,alive\n2,dead\n")));
    assert!(
        error.ends_with(
            "its values are \"alive\", \"dead\": name the one that is the event with --event-value"
        )
    );
}

/// A sign for a missing value among the labels is a group of its own, and that is said.
#[test]
fn a_sign_among_labels_is_said() {
    let path = file("sign.csv", b"t,e,g\n1,1,a\n2,1,.\n3,0,b\n4,1,a\n5,1,b\n");
    let call = format!("curve {path} --time t --event e --by g");
    let told = &answer(&call)["warnings"];
    let text = "line 3: --by \"g\" is \".\", taken as a group of its own";
    assert!(told[0].as_str().unwrap().contains(text), "{told}");
    let left = answer(&format!("{call} --missing . --skip-missing"));
    assert_eq!(left["groups"].as_array().unwrap().len(), 2);
    assert_eq!(left["warnings"][0], "1 row with missing values left out, 4 rows remain");
}

/// A label over two lines leaves a remark on one.
#[test]
fn a_remark_is_one_line() {
    let path = file("lines.csv", b"t,e,g\n1,1,\"a\nb\"\n2,1,\"a\nb\"\n3,0,c\n4,0,c\n");
    let output = crate::program::greenwood(&format!(
        "parametric {path} --time t --event e --factor g --distribution weibull"
    ));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.lines().all(|line| line.starts_with("warning: ")), "{told}");
}

/// What the library advises names a flag of the program, and following it works.
#[test]
fn advice_is_in_flags_and_works() {
    let groups = "compare tests/data/veteran.csv --time time --event status --by celltype";
    let visits = format!("npmle {VISITS} --by arm --at 3 --interval chi-square");
    let cluster = "multistate tests/data/colon_ms.csv --id id --start tstart --stop tstop --to to --states 1,2,3 --at 500 \
                   --cluster rx";
    let rows =
        "incidence tests/data/mgus2.csv --time etime --event event --causes 1,2 --cluster sex --at 100";
    let recurrent = format!("recurrent {BLADDER} --cluster rx");
    for (call, flags, advice, followed) in [
        (groups, "--exact", "leave out --exact", ""),
        (groups, "--test renyi", "take --test log-rank", "--test log-rank"),
        (groups, "--test max-combo", "take --test log-rank", "--test gehan-breslow"),
        (&format!("compare {AML} --by x --cluster status"), "--exact", "", ""),
        (
            &visits,
            "--weight age --weight-kind sampling",
            "--interval bootstrap",
            "--interval bootstrap --samples 9",
        ),
        (cluster, "--variance aalen", "--variance jackknife", "--variance jackknife"),
        (rows, "--variance delta", "--variance jackknife", "--variance jackknife"),
        (&recurrent, "--variance poisson", "--variance robust", "--variance robust"),
    ] {
        let error = refusal(&format!("{call} {flags}"));
        assert!(error.contains(advice), "{call} {flags}: {error}");
        assert!(!error.contains('`'), "{call} {flags}: {error}");
        let call = call.replace("--interval chi-square", "").replace("--cluster status", "");
        answer(&format!("{call} {followed}"));
    }
    // The remark on a small early risk set names the flag that leaves it out.
    let path = file(
        "early.csv",
        b"t,e,s\n2,1,0\n3,1,1\n4,1,3\n5,1,3\n6,1,3\n7,0,3\n8,1,3\n9,1,3\n9.5,0,3\n10,0,3\n",
    );
    let call = format!("curve {path} --time t --event e --entry s");
    let told = answer(&call)["warnings"][0].as_str().unwrap_or_default().to_string();
    assert!(told.contains("(--given-survival-to)"), "{told}");
    let later = answer(&format!("{call} --given-survival-to 4"));
    assert_eq!(later["warnings"].as_array().unwrap().len(), 0, "{later}");
    assert_eq!(later["groups"][0]["rows"][0]["survival"], 7.0 / 8.0);
}
