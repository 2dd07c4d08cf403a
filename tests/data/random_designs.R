# Values of random_designs.json: Rscript random_designs.R (R 4.2.2, rpact 3.3.4, jsonlite). Designs drawn at random: bounds, and plans
# in calendar time with them.
suppressMessages({library(rpact); library(jsonlite)})
set.seed(16)
out <- list()
for (i in 1:40) {
  k <- sample(2:6, 1)
  steps <- runif(k, 0.3, 1)
  fractions <- cumsum(steps) / sum(steps); fractions[k] <- 1
  type <- sample(c("asOF", "asP", "asHSD", "asKD", "OF", "P", "WT"), 1)
  sides <- if (runif(1) < 0.2) 2 else 1
  alpha <- round(runif(1, 0.005, 0.06), 3); beta <- round(runif(1, 0.05, 0.4), 3)
  parameter <- switch(type, asHSD = round(runif(1, -6, 3), 2), asKD = round(runif(1, 0.5, 4), 2), WT = round(runif(1, 0, 0.6), 2), NA)
  args <- list(informationRates = fractions, alpha = alpha, beta = beta, sided = sides, typeOfDesign = type, tolerance = 1e-10)
  if (type %in% c("asHSD", "asKD")) args$gammaA <- parameter
  if (type == "WT") args$deltaWT <- parameter
  futility <- NULL
  binding <- FALSE
  if (sides == 1 && runif(1) < 0.5) {
    futility <- round(sort(runif(k - 1, -1.5, 0.8)), 2)
    binding <- runif(1) < 0.5
    args$futilityBounds <- futility; args$bindingFutility <- binding
  }
  design <- do.call(getDesignGroupSequential, args)
  ratio <- round(runif(1, 0.5, 0.85), 3); allocation <- round(runif(1, 0.5, 2.5), 2)
  median <- round(runif(1, 5, 30), 1); accrual <- round(runif(1, 6, 36), 1); followup <- round(runif(1, 3, 24), 1)
  dropout <- round(runif(1, 0, 0.1), 3); method <- sample(c("Schoenfeld", "Freedman", "HsiehFreedman"), 1)
  size <- getSampleSizeSurvival(design, hazardRatio = ratio, lambda2 = log(2) / median, accrualTime = c(0, accrual), followUpTime = followup,
    dropoutRate1 = dropout, dropoutRate2 = dropout, dropoutTime = 12, allocationRatioPlanned = allocation, typeOfComputation = method)
  characteristics <- getDesignCharacteristics(design)
  out[[i]] <- list(fractions = fractions, type = type, sides = sides, alpha = alpha, beta = beta, parameter = parameter,
    futility = as.list(futility), binding = binding, ratio = ratio, allocation = allocation, median = median, accrual = accrual,
    followup = followup, dropout = dropout, method = method,
    z = design$criticalValues, spent = design$alphaSpent, inflation = characteristics$inflationFactor, shift = characteristics$shift,
    events = as.vector(size$eventsPerStage), times = as.vector(size$analysisTime), subjects = as.vector(size$numberOfSubjects),
    most = size$maxNumberOfSubjects, expected_events = size$expectedEventsH1, expected_null = size$expectedEventsH0,
    duration = size$studyDuration, expected_subjects = size$expectedNumberOfSubjectsH1,
    power = as.vector(size$rejectPerStage), critical = as.vector(size$criticalValuesEffectScale))
}
writeLines(toJSON(out, digits = 16, na = "null", null = "null", auto_unbox = TRUE), "random_designs.json")
