# Courses after a transplant, drawn once, and R's state occupation of the two current-state endpoints on them.
# Rscript tests/data/current_states.R > tests/data/current_states.json
# The states are worked out here from flags (GVHD, relapse, dead), day by day of an event: not by the library's rules.
suppressPackageStartupMessages(library(survival))
set.seed(20261127)
courses <- lapply(1:90, function(i) {
  death <- ceiling(rexp(1, 1/500)); end <- min(death, ceiling(runif(1, 150, 700)))
  draw <- function(name, rate) {
    n <- rpois(1, rate); if (n == 0) return(NULL)
    data.frame(time = ceiling(runif(n, 0, 600)), kind = name)
  }
  e <- rbind(draw("Gvhd", 0.8), draw("Resolved", 0.8), draw("Relapse", 0.7), draw("Remission", 0.7))
  if (!is.null(e)) { e <- e[!duplicated(e$time) & e$time < end, ]; e <- e[order(e$time), ] }
  list(events = e, end = end, dead = death <= end)
})
rows <- function(state_of) do.call(rbind, lapply(seq_along(courses), function(i) {
  x <- courses[[i]]; flags <- c(gvhd = FALSE, relapse = FALSE); at <- 0; now <- state_of(flags); out <- NULL
  e <- x$events
  for (j in seq_len(if (is.null(e)) 0 else nrow(e))) {
    k <- e$kind[j]
    if (k == "Gvhd") flags["gvhd"] <- TRUE
    if (k == "Resolved") flags["gvhd"] <- FALSE
    if (k == "Relapse") flags["relapse"] <- TRUE
    if (k == "Remission") flags["relapse"] <- FALSE
    to <- state_of(flags)
    if (to != now) { out <- rbind(out, data.frame(id = i, a = at, b = e$time[j], from = now, to = to)); at <- e$time[j]; now <- to }
  }
  if (x$end > at) out <- rbind(out, data.frame(id = i, a = at, b = x$end, from = now, to = if (x$dead) "Dead" else "none"))
  out
}))
times <- c(20, 60, 100, 180, 250, 365, 500)
occupation <- function(state_of, states) {
  d <- rows(state_of)
  d$to <- factor(d$to, c("none", states)); d$from <- factor(d$from, states)
  f <- survfit(Surv(a, b, to) ~ 1, d, id = id, istate = from)
  s <- summary(f, times = times, extend = TRUE)
  stopifnot(identical(f$states, states))
  m <- summary(f, rmean = 400)$table[, "rmean"]
  list(states = states, p = s$pstate, se = s$std.err, mean400 = as.numeric(m))
}
clfs <- occupation(function(f) if (f["relapse"]) "Relapsed" else "Free", c("Free", "Relapsed", "Dead"))
grfs <- occupation(function(f) c("Free", "Gvhd", "Relapsed", "RelapsedWithGvhd")[1 + f["gvhd"] + 2 * f["relapse"]],
                   c("Free", "Gvhd", "Relapsed", "RelapsedWithGvhd", "Dead"))
num <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")
mat <- function(m) paste0("[", paste(apply(m, 1, num), collapse = ","), "]")
txt <- function(x) paste0("[", paste0('"', x, '"', collapse = ","), "]")
one <- function(r) sprintf('{"states":%s,"p":%s,"se":%s,"mean400":%s}', txt(r$states), mat(r$p), mat(r$se), num(r$mean400))
course <- function(x) {
  e <- x$events; n <- if (is.null(e)) 0 else nrow(e)
  ev <- if (n == 0) "" else paste(sprintf('[%d,"%s"]', as.integer(e$time), e$kind), collapse = ",")
  sprintf('{"events":[%s],"end":%d,"dead":%s}', ev, as.integer(x$end), tolower(x$dead))
}
cat(sprintf('{"call":"survfit(Surv(a, b, to) ~ 1, id = id, istate = from)","versions":"R %s, survival %s","times":%s,\n"clfs":%s,\n"grfs":%s,\n"courses":[\n%s\n]}\n',
  getRversion(), packageVersion("survival"), num(times), one(clfs), one(grfs), paste(sapply(courses, course), collapse = ",\n")))
