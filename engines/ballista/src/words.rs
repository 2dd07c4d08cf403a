//! What went wrong, said for the person who asked.

use datafusion::error::DataFusionError;

/// Names of the layers that stand in front of a message.
const LAYERS: [&str; 6] = [
    "Execution error: ",
    "Error during planning: ",
    "External error: ",
    "Arrow error: ",
    "Internal error: ",
    "This feature is not implemented: ",
];

/// How an error that came through an executor quotes the one below it: as Rust prints it for the debugger.
const QUOTED: [&str; 5] = ["Execution(\"", "Plan(\"", "NotImplemented(\"", "Internal(\"", "General(\""];

/// The words of an error that came back from a cluster, without the layers around them.
///
/// Nobody at the scheduler's address, a scheduler or an executor without the survival functions: each is named, with what to do.
pub fn words(error: &DataFusionError) -> String {
    let text = error.find_root().message().into_owned();
    // With backtraces switched on they stand behind the message.
    let text = text.split("\n\nbacktrace:").next().unwrap_or_default();
    if text.contains("ConnectError") || text.contains("ConnectionRefused") {
        return "no scheduler answers there: start it with `greenwood-ballista scheduler`, or name the one that runs, as in \
                df://10.0.0.1:50050"
            .into();
    }
    if let Some((before, name)) = text.split_once("is not provided for aggregate function ") {
        let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let part = if before.contains("LogicalExtensionCodec") { "scheduler" } else { "executor" };
        return strange(part, &name);
    }
    if text.contains("could not be prepared or was rejected") {
        return strange("executor", "");
    }
    let mut text = innermost(text).unwrap_or_else(|| text.to_string());
    while let Some(rest) = LAYERS.iter().find_map(|layer| text.strip_prefix(layer)) {
        text = rest.to_string();
    }
    text
}

fn strange(part: &str, function: &str) -> String {
    if part == "scheduler" {
        return format!(
            "the scheduler does not know {function}: start it with `greenwood-ballista scheduler`, of the same version as \
             everything else"
        );
    }
    "an executor does not know the survival functions: start each with `greenwood-ballista executor`, of the same version as \
     everything else"
        .into()
}

/// The message that is quoted last, without its quotes.
fn innermost(text: &str) -> Option<String> {
    let start = QUOTED.iter().filter_map(|quote| Some(text.rfind(quote)? + quote.len())).max()?;
    let mut message = String::new();
    let mut characters = text[start..].chars();
    loop {
        match characters.next()? {
            '"' => return Some(message),
            '\\' => message.push(match characters.next()? {
                'n' => '\n',
                't' => '\t',
                other => other,
            }),
            other => message.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layers_around_a_message_are_left_out() {
        let said = |text: &str| words(&DataFusionError::Execution(text.into()));
        assert_eq!(
            said(
                "Job 1 failed: Job failed due to stage 0 failed: Task failed due to runtime execution error: \
                  DataFusionError(Shared(External(DataFusionError(Execution(\"km_median: \\\"t\\\" is NULL\")))))"
            ),
            "km_median: \"t\" is NULL"
        );
        assert_eq!(said("Execution error: External error: km_median: no"), "km_median: no");
        assert_eq!(
            said("a quote that does not end: Execution(\"x"),
            "a quote that does not end: Execution(\"x"
        );
    }
}
