//! Log survival and log density of the families, in the middle and far in the tails (survival below 1e-300), against
//! values of mpmath 1.3.0 at 200 digits: incomplete gamma and beta integrals, error function, closed forms.

use greenwood::survival::regression::Family;
use greenwood::survival::regression::parametric::Distribution;

/// Family, parameters on the working scale, time, ln S, ln f.
#[rustfmt::skip]
const VALUES: [(&str, &[f64], f64, f64, f64); 43] = [
    ("generalized-f", &[0.3, -0.2, 0.6, -0.5], 1e-06, -7.5880735606096423e-9, -4.605493083444824),
    ("generalized-f", &[0.3, -0.2, 0.6, -0.5], 0.4, -0.18397711689913727, -0.6866257942722993),
    ("generalized-f", &[0.3, -0.2, 0.6, -0.5], 1.7, -1.143418736563158, -1.393706534630809),
    ("generalized-f", &[0.3, -0.2, 0.6, -0.5], 3.0, -2.1111154963176476, -2.469902390069552),
    ("generalized-f", &[0.3, -0.2, 0.6, -0.5], 1000000.0, -48.173078297813075, -60.671126131213161),
    ("generalized-f", &[0.3, -0.2, 0.6, -0.5], 1e+150, -1286.2424316491204, -1630.3127328708927),
    ("generalized-f", &[0.3, -0.2, -0.6, 0.5], 1e-06, -3.0122282933857636e-12, -12.091574420895132),
    ("generalized-f", &[0.3, -0.2, -0.6, 0.5], 1.7, -0.71382987433299784, -1.499711204327537),
    ("generalized-f", &[0.3, -0.2, -0.6, 0.5], 1000000.0, -13.534893141831939, -27.378512554624764),
    ("generalized-f", &[0.3, -0.2, -0.6, 0.5], 1e+150, -335.91680035613844, -681.33267316007383),
    ("generalized-f", &[0.3, -0.2, 0.5, -6.0], 0.4, -0.13463021426677175, -0.69776117603152275),
    ("generalized-f", &[0.3, -0.2, 0.5, -6.0], 1.7, -1.124184542886045, -1.3122694239198944),
    ("generalized-f", &[0.3, -0.2, 0.5, -6.0], 30.0, -18.287914334438319, -19.03285090944509),
    ("generalized-gamma", &[0.3, -0.2, 0.8], 0.0001, -7.1406834938181014e-7, -4.5188597374820361),
    ("generalized-gamma", &[0.3, -0.2, 0.8], 1.7, -1.2425486917196175, -1.3450701582201455),
    ("generalized-gamma", &[0.3, -0.2, 0.8], 300.0, -303.53609314047192, -303.53840492377076),
    ("generalized-gamma", &[0.3, -0.2, -0.6], 0.4, -0.02729637943893581, -1.3521535930516298),
    ("generalized-gamma", &[0.3, -0.2, -0.6], 1.7, -0.75053528667776588, -1.3169723581323144),
    ("generalized-gamma", &[0.3, -0.2, -0.6], 1000000.0, -26.195099631810207, -39.299821285488634),
    ("generalized-gamma", &[0.3, -0.2, 0.001], 0.4, -0.071268144852715392, -0.90557689148100797),
    ("generalized-gamma", &[0.3, -0.2, 0.001], 1.7, -0.94428455612136963, -1.2892452161446114),
    ("gamma", &[0.7, -0.3], 1e-08, -2.0943637267559265e-17, -19.284016042538806),
    ("gamma", &[0.7, -0.3], 1.7, -0.43780104174211233, -1.3314662064839644),
    ("gamma", &[0.7, -0.3], 950.0, -697.13511436767308, -697.43655380458047),
    ("gamma", &[-2.0, -0.3], 1e-08, -0.088414201345785126, 13.951076653297897),
    ("gamma", &[-2.0, -0.3], 1.7, -3.7871112231978081, -3.6948425389225192),
    ("gamma", &[-2.0, -0.3], 950.0, -711.3837125598016, -711.68248644489267),
    ("log-normal", &[0.3, -0.2], 1e-08, -5.1246298604489102e-116, -243.71359930386037),
    ("log-normal", &[0.3, -0.2], 1.7, -0.94394301030929169, -1.2892414072343081),
    ("log-normal", &[0.3, -0.2], 1000000000000.0, -561.6129797356903, -585.53508312641681),
    ("log-normal", &[0.3, -0.2], 10000000000000.0, -659.53199877980789, -685.67593404623184),
    ("log-logistic", &[0.3, -0.2], 1e-08, -1.1739332167687202e-10, -4.2448103515818207),
    ("log-logistic", &[0.3, -0.2], 1.7, -0.84387820647301251, -1.7366946820512044),
    ("log-logistic", &[0.3, -0.2], 1e+240, -674.60568720809241, -1227.0261095266634),
    ("gompertz", &[0.4, -0.7], 1e-08, -4.9658530478458016e-9, -0.700000000965853),
    ("gompertz", &[0.4, -0.7], 1.7, -1.2090334237883645, -1.2290334237883644),
    ("gompertz", &[0.4, -0.7], 15.0, -499.60056167750085, -494.30056167750085),
    ("gompertz", &[-1e-09, -0.7], 1e-08, -4.9658530379140954e-9, -0.700000004965853),
    ("gompertz", &[-1e-09, -0.7], 1.7, -0.84419501572783043, -1.5441950174278304),
    ("gompertz", &[-1e-09, -0.7], 1300.0, -645.56047531443253, -646.26047661443253),
    ("weibull", &[0.3, -0.2], 1e-08, -1.1739332168376262e-10, -4.2448103514644274),
    ("weibull", &[0.3, -0.2], 1.7, -1.3253677683670586, -1.374306037472238),
    ("weibull", &[0.3, -0.2], 280.0, -675.81997777784806, -674.73884064550219),
];

#[test]
fn log_survival_and_log_density_hold_to_the_tails() {
    let mut wrong = Vec::new();
    for (name, parameters, t, survival, density) in VALUES {
        let family: Family = name.parse().unwrap();
        for (what, found, expected) in [
            ("ln S", family.log_survival(t, parameters), survival),
            ("ln f", family.log_density(t, parameters), density),
        ] {
            // Relative, and absolute below 1, where it is the relative error of S or f themselves.
            let off = (found - expected).abs() / expected.abs().max(1.0);
            if !(off <= 1e-11) {
                wrong.push(format!("{name} {parameters:?} {t} {what}: {found}, {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Near the start S is 1 but for rounding: the cumulative hazard itself keeps its digits.
#[test]
fn early_hazards_keep_their_digits() {
    let mut wrong = Vec::new();
    for (name, parameters, t, survival, _) in VALUES.into_iter().filter(|v| v.3 > -1e-6) {
        let family: Family = name.parse().unwrap();
        let found = family.log_survival(t, parameters);
        if !((found / survival - 1.0).abs() <= 1e-9) {
            wrong.push(format!("{name} {parameters:?} {t}: {found}, {survival}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
