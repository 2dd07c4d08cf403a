//! Parametric models whose likelihood has no maximum: what is infinite is named, and the rest is the model of the rows that
//! are left, with its own variance, in whatever way the covariates are coded.

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::regression::{Family, ParametricModel, ParametricStop};
use greenwood::survival::result::NotEstimable;
use greenwood::survival::{Design, Groups, Parametric, RightCensored};

/// Searches end where the steps are short: 1e-7; in a limit what is left of the infinite part is below 1e-6.
const NEAR: f64 = 1e-5;

const TIME: [f64; 10] = [4., 8., 1., 3., 6., 9., 2., 5., 7., 10.];
const X: [f64; 10] = [0.3, 0.9, 1.0, 0.5, -0.4, -0.2, 0.0, 1.2, 0.1, 0.6];
const GROUP: [&str; 10] = ["a", "a", "b", "b", "b", "b", "c", "c", "c", "c"];

fn data() -> Result<RightCensored<'static>> {
    RightCensored::new(&TIME, [0, 0, 1, 1, 1, 0, 1, 1, 1, 0].map(|e| e == 1).to_vec())
}

fn fit(family: &str, reference: &str) -> Result<ParametricModel> {
    let design = Design::builder().numeric("x", &X).factor("g", &Groups::new(&GROUP), reference).build()?;
    Parametric::new(family.parse::<Family>()?).fit(&data()?, &design)
}

fn position(fit: &ParametricModel, name: &str) -> usize {
    fit.names().iter().position(|n| *n == name).unwrap()
}

/// Group a has no event. R 4.2.2, survival 3.5-3: `survreg(Surv(time, status) ~ x + g, dist = "weibull")` of groups b and c
/// alone, rel.tolerance 1e-14: x −0.949597856119582 (variance 0.37471006139012653), log(scale) with variance
/// 0.12727440526230807, log likelihood −16.5107723599682; the median of b at x = 0.3 is exp(1.26147664300299) with an error
/// of 0.397286126232932 on the log scale.
#[test]
fn a_group_without_events_leaves_the_finite_part_its_variance() -> Result<()> {
    for reference in ["a", "b", "c"] {
        let fit = fit("weibull", reference)?;
        assert!(matches!(fit.stop(), ParametricStop::Separated { .. }), "{fit}");
        assert_relative_eq!(fit.log_likelihood(), -16.5107723599682, max_relative = NEAR);
        let x = fit.coefficient(1).unwrap();
        assert_relative_eq!(x.value()?, -0.949597856119582, max_relative = NEAR);
        assert_relative_eq!(x.std_error()?, 0.37471006139012653_f64.sqrt(), max_relative = NEAR);
        let scale = fit.coefficient(position(&fit, "log(scale)")).unwrap();
        assert_relative_eq!(scale.std_error()?, 0.12727440526230807_f64.sqrt(), max_relative = NEAR);
        // The intercept is that of the reference: known where the reference has events.
        let intercept = fit.coefficient(0).unwrap();
        assert_eq!(intercept.value().is_ok(), reference != "a");
        if reference == "b" {
            assert_relative_eq!(intercept.value()?, 1.77504272299737, max_relative = NEAR);
            assert_relative_eq!(intercept.std_error()?, 0.13103798826669319_f64.sqrt(), max_relative = NEAR);
            let c = fit.coefficient(position(&fit, "g: c")).unwrap();
            assert_relative_eq!(c.std_error()?, 0.4584696741773084_f64.sqrt(), max_relative = NEAR);
        }
        // What is predicted of a group with events has its own error.
        let b = fit.predict(&fit.row().numeric("x", 0.3).level("g", "b"))?;
        let median = b.quantile(0.5)?;
        assert_relative_eq!(median.value(), 1.26147664300299_f64.exp(), max_relative = NEAR);
        let relative = median.std_error().unwrap() / median.value();
        assert_relative_eq!(relative, 0.397286126232932, max_relative = NEAR);
        // Of the group without events the curve is 1 in the limit, and nothing is certain of it.
        let a = fit.predict(&fit.row().numeric("x", 0.3).level("g", "a"))?;
        assert_eq!((a.quantile(0.5)?.value(), a.quantile(0.5)?.bounds()), (f64::INFINITY, None));
        assert_eq!((a.mean()?.value(), a.survival(5.0)?.bounds()), (f64::INFINITY, None));
        assert_relative_eq!(a.survival(5.0)?.value(), 1.0, max_relative = 1e-6);
        assert_eq!((a.restricted_mean(10.0)?.std_error(), a.hazard(5.0)?.bounds()), (None, None));
        let c = fit.predict(&fit.row().numeric("x", 0.3).level("g", "c"))?;
        assert!(b.hazard_ratio(&c, 5.0)?.std_error()? > 0.5);
        assert_eq!(a.hazard_ratio(&c, 5.0)?.value(), Err(NotEstimable::NoMaximum));
    }
    Ok(())
}

/// The same in families whose location is a rate, and with a spline: predictions of the groups with events are those of the
/// fit to these groups.
#[test]
fn predictions_of_the_groups_with_events_are_those_of_their_own_fit() -> Result<()> {
    let keep: Vec<bool> = GROUP.iter().map(|g| *g != "a").collect();
    let own = data()?.filter(&keep)?;
    let design =
        Design::builder().numeric("x", &X[2..]).factor("g", &Groups::new(&GROUP[2..]), "b").build()?;
    for family in ["exponential", "weibull-ph", "log-normal", "log-logistic", "gompertz", "gamma"] {
        let (whole, part) =
            (fit(family, "a")?, Parametric::new(family.parse::<Family>()?).fit(&own, &design)?);
        assert!(matches!(whole.stop(), ParametricStop::Separated { .. }), "{whole}");
        for group in ["b", "c"] {
            let of = |fit: &ParametricModel| {
                let subject = fit.predict(&fit.row().numeric("x", 0.3).level("g", group))?;
                let s = subject.survival(5.0)?;
                let rmst = subject.restricted_mean(9.0)?;
                Ok::<_, greenwood::Error>([
                    s.value(),
                    s.std_error().unwrap(),
                    rmst.value(),
                    rmst.std_error().unwrap(),
                ])
            };
            for (a, b) in of(&whole)?.into_iter().zip(of(&part)?) {
                assert_relative_eq!(a, b, max_relative = 1e-7);
            }
        }
        let a = whole.predict(&whole.row().numeric("x", 0.3).level("g", "a"))?;
        assert_eq!(a.quantile(0.5)?.value(), f64::INFINITY, "{family}");
    }
    Ok(())
}

/// Two groups without events beside one that has some: R as above, of group a alone, `~ x`: 1.936019842318482
/// (0.1490703187458152), −0.309073466462676 (0.7452583309152578).
#[test]
fn two_groups_without_events_leave_the_third_its_own_fit() -> Result<()> {
    let time = [1., 2., 3., 4., 5., 6., 7., 8., 9., 10.];
    let event = [1, 1, 0, 1, 0, 1, 0, 0, 1, 0].map(|e| e == 1);
    let group = Groups::new(&["a", "a", "b", "a", "c", "a", "b", "c", "a", "a"]);
    let x = [0.5, -0.3, 0.2, 1.0, -0.6, 0.1, 0.9, 0.4, -0.2, 0.3];
    let data = RightCensored::new(&time, &event)?;
    for reference in ["a", "b"] {
        let design = Design::builder().numeric("x", &x).factor("g", &group, reference).build()?;
        let fit = Parametric::new("weibull".parse::<Family>()?).fit(&data, &design)?;
        assert!(matches!(fit.stop(), ParametricStop::Separated { .. }), "{fit}");
        let slope = fit.coefficient(1).unwrap();
        assert_relative_eq!(slope.value()?, -0.309073466462676, max_relative = NEAR);
        assert_relative_eq!(slope.std_error()?, 0.7452583309152578_f64.sqrt(), max_relative = NEAR);
        let groups: Vec<bool> = (2..4).map(|j| fit.coefficient(j).unwrap().value().is_ok()).collect();
        assert_eq!(groups, [false, false], "{fit}");
        assert_eq!(fit.coefficient(0).unwrap().value().is_ok(), reference == "a");
        if reference == "a" {
            let intercept = fit.coefficient(0).unwrap();
            assert_relative_eq!(intercept.value()?, 1.936019842318482, max_relative = NEAR);
            assert_relative_eq!(intercept.std_error()?, 0.1490703187458152_f64.sqrt(), max_relative = NEAR);
        }
        let c = fit.predict(&fit.row().numeric("x", 0.3).level("g", "c"))?;
        assert_eq!(c.quantile(0.5)?.value(), f64::INFINITY);
    }
    Ok(())
}
