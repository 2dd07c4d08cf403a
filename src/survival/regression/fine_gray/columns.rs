//! The same code with a known number of columns, whose loops the compiler unrolls.

/// Evaluates an expression in which a number of columns is a constant, where it is at most 8. What the expression calls must be
/// inlined.
macro_rules! known_columns {
    ($number:expr, |$p:ident| $of:expr) => {
        match $number {
            1 => known_columns!(@ $p, 1_usize, $of),
            2 => known_columns!(@ $p, 2_usize, $of),
            3 => known_columns!(@ $p, 3_usize, $of),
            4 => known_columns!(@ $p, 4_usize, $of),
            5 => known_columns!(@ $p, 5_usize, $of),
            6 => known_columns!(@ $p, 6_usize, $of),
            7 => known_columns!(@ $p, 7_usize, $of),
            8 => known_columns!(@ $p, 8_usize, $of),
            $p => $of,
        }
    };
    (@ $p:ident, $constant:literal, $of:expr) => {{
        let $p = $constant;
        $of
    }};
}
pub(super) use known_columns;
