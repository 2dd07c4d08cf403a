# Values of adaptive_multi_arm.json: Rscript adaptive_multi_arm.R (R 4.2.2, rpact 3.3.4, mnormt, jsonlite); only some fields were kept.
suppressMessages({library(rpact); library(jsonlite)})
res <- list()
design <- getDesignInverseNormal(kMax=2, alpha=0.025, sided=1, informationRates=c(0.5,1), typeOfDesign="asOF")
d3 <- getDesignInverseNormal(kMax=3, alpha=0.025, sided=1, informationRates=c(0.3,0.6,1), typeOfDesign="asP")
# three active arms; arm 3 dropped after stage 1
ds1 <- getDataset(
  events1=c(25,32), events2=c(27,30), events3=c(20,NA),
  logRanks1=c(1.9,1.96), logRanks2=c(1.2,1.8), logRanks3=c(2.1,NA))
ds2 <- getDataset(
  events1=c(25,32), events2=c(27,30), events3=c(20,28),
  logRanks1=c(2.2,1.8), logRanks2=c(1.99,2.01), logRanks3=c(2.32,2.11),
  allocationRatios1=c(1,1))
ds3 <- getDataset(
  events1=c(25,32,20), events2=c(27,NA,NA), events3=c(20,28,30),
  logRanks1=c(1.2,1.8,1.1), logRanks2=c(0.1,NA,NA), logRanks3=c(1.32,2.11,1.7))
f <- function(name, des, ds, it) {
  sr <- getStageResults(des, dataInput=ds, intersectionTest=it, directionUpper=TRUE)
  ct <- getClosedCombinationTestResults(sr)
  list(name=name, intersection=it, fractions=des$informationRates, bounds=des$criticalValues,
       z=sr$testStatistics, separate=sr$separatePValues, 
       indices=ct$indices, adjusted=ct$adjustedStageWisePValues, overall=ct$overallAdjustedTestStatistics, rejected=ct$rejected, rejectedIntersections=ct$rejectedIntersections,
       repeated=tryCatch(getRepeatedPValues(sr), error=function(e) NULL))
}
for (it in c("Dunnett","Bonferroni","Simes","Sidak")) {
  res[[length(res)+1]] <- f("two stages, third dropped", design, ds1, it)
  res[[length(res)+1]] <- f("two stages, all kept", design, ds2, it)
  res[[length(res)+1]] <- f("three stages, second dropped", d3, ds3, it)
}
# unequal allocation for Dunnett
writeLines(toJSON(list(call="rpact 3.3.4 getClosedCombinationTestResults(getStageResults(getDesignInverseNormal(...)))", cases=res), digits=16, na="null", auto_unbox=TRUE), "multi.json")
