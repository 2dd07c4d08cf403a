//! How an arm or an event is called.

/// What the enums of a trial (its arms, its events) must be able to do: every plain enum that derives
/// `Debug, Clone, Copy, PartialEq` can, and so can `&str` and [`Name`](crate::trial::Name), which is known at run time.
///
/// Their `Debug` names appear in tables and errors. Words for people are a `Debug` of one's own, or other arms
/// ([`Trial::with_arms`](crate::trial::Trial::with_arms)).
///
/// # Example
/// ```
/// use std::fmt;
/// use greenwood::trial::{Endpoint, Exit, Subject, Time, Trial};
///
/// #[derive(Clone, Copy, PartialEq)]
/// enum Arm { Msc, Control }
///
/// impl fmt::Debug for Arm {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         f.write_str(match self { Self::Msc => "MSC + IST", Self::Control => "IST" })
///     }
/// }
///
/// const OS: Endpoint<()> = Endpoint::overall_survival(|_| true);
/// let trial = Trial::new([
///     Subject::on(Arm::Msc).until(Time::days(9.0), Exit::Cutoff)?,
///     Subject::on(Arm::Control).until(Time::days(5.0), Exit::Terminal(()))?,
/// ]);
/// assert!(trial.analyse(&OS)?.report().build()?.to_string().contains("MSC + IST"));
/// # Ok::<(), greenwood::Error>(())
/// ```
pub trait Label: Copy + PartialEq + std::fmt::Debug {}

impl<T: Copy + PartialEq + std::fmt::Debug> Label for T {}

/// How an arm or an event is called: its `Debug` name, and a string as it is.
pub(crate) fn label(value: &impl std::fmt::Debug) -> String {
    let name = format!("{value:?}");
    match name.strip_prefix('"').and_then(|n| n.strip_suffix('"')) {
        Some(text) => unescaped(text),
        None => name,
    }
}

/// What `Debug` wrote of a string, as the string is: also blanks that do not break a line, tabs and accents of their own.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let number = escape.strip_prefix("u{").and_then(|e| e.split_once('}'));
        let code = number.and_then(|(hex, after)| Some((u32::from_str_radix(hex, 16).ok()?, after)));
        if let Some((c, after)) = code.and_then(|(code, after)| Some((char::from_u32(code)?, after))) {
            plain.push(c);
            rest = after;
            continue;
        }
        let mut chars = escape.chars();
        plain.extend(chars.next().map(|c| match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '0' => '\0',
            c => c,
        }));
        rest = chars.as_str();
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn a_text_is_called_as_it_is() {
        for text in [
            "MSC + IST",
            "5\u{a0}mg",
            "a\tb",
            "\"quoted\"",
            "back\\slash",
            "\\\"",
            "e\u{301}",
            "",
            "it's",
            "\u{200b}\0\n",
        ] {
            assert_eq!(label(&text), text);
        }
    }
}
