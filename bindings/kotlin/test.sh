#!/usr/bin/env bash
# Generates the Kotlin code, runs every test, packages the jar and lets a program of its own sign out with it. Needs cargo, a
# JDK (17 or later), Maven and Maven Central, and for the provider of tests/provider Node and npm.
#
# EXEUNT_UPDATE_API=1 writes api/exeunt.api anew.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

(source ../../demo/prepare.sh && prepare_provider)
# Where tests/tools.sh puts Node if the system's is too old.
export PATH="$PWD/../../build/node/node_modules/.bin:$PATH"
./generate.sh debug
# What has not changed is not compiled again. The compiler does not see that a test was compiled against another library, so
# after a change of the library or of its pom everything is compiled anew.
if [ -n "$(find src/main src/generated/kotlin pom.xml -newer target/compiled 2>&1 | head -n 1)" ]; then
    rm -rf target/classes target/test-classes target/kotlin-ic
    mkdir -p target
    touch target/compiled
fi
rm -rf target/surefire-reports target/tested.jar target/consumer
status=0
echo "kotlin: Maven builds and runs the tests; what $HOME/.m2 lacks comes from Maven Central" >&2
# Behind the tests, in the same run of Maven, comes the jar, of the classes that were tested.
mvn -q -B -Dkotlin.compiler.incremental=true -Djar.name=tested test jar:jar \
    org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath \
    -DincludeScope=runtime -Dmdep.outputFile=target/consumer/class-path || status=$?

# Maven is silent about success; say what ran.
cat target/surefire-reports/TEST-*.xml 2>/dev/null | grep '<testsuite ' | awk '
    function count(name) { return match($0, " " name "=\"[0-9]+") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : 0 }
    { tests += count("tests"); failures += count("failures"); errors += count("errors"); skipped += count("skipped") }
    END { printf "Tests run: %d, Failures: %d, Errors: %d, Skipped: %d\n", tests, failures, errors, skipped }' || status=1
[ "$status" -eq 0 ] || exit "$status"

# As an app would: with the jar and what it depends on, and nothing else of this folder.
library=$(cd src/generated/resources && ls ./*/libexeunt.*)
jar tf target/tested.jar | grep -xF "${library#./}" >/dev/null ||
    { echo "test.sh: the jar lacks ${library#./}" >&2; exit 1; }
classpath=target/tested.jar:$(cat target/consumer/class-path)
javac -Xlint:all -Werror --release 11 -cp "$classpath" -d target/consumer consumer/SignsOut.java
java -cp "$classpath:target/consumer" SignsOut | grep '^kotlin: a program of its own signs out: '
