#!/bin/sh
# Runs the connector's tests and tells Presence Rollout what they say of each case of the script.
#
#   PRESENCE_URL    the rollout's address in the API: https://rollout.example.com/api/rollouts/12
#   PRESENCE_TOKEN  a token of that rollout with the scope "results"
#   RUN             names this run, so that sending it again records nothing twice (default: the time)
#   TESTS           the command that runs the tests and takes --junitxml (default: pytest)
#
# It ends as the tests ended, or with an error when the report was not taken or nothing of it was recorded.
set -eu

report=$(mktemp).xml
tests=0
${TESTS:-pytest} --junitxml="$report" "$@" || tests=$?

answer=$(mktemp)
status=$(curl --fail-with-body --silent --show-error --retry 3 --output "$answer" --write-out '%{http_code}' \
  -H "Authorization: Bearer $PRESENCE_TOKEN" \
  -H "Idempotency-Key: junit-${RUN:-$(date +%s)}" \
  -F "report=@$report;type=application/xml;filename=junit.xml" \
  "$PRESENCE_URL/junit/") || { cat "$answer"; exit 1; }
cat "$answer"
echo

if [ "$status" = 202 ]; then
  echo "Nothing was recorded: one cause, such as an environment that is down, left most cases without an answer. A person decides." >&2
  exit 1
fi
if [ "$status" != 201 ]; then
  echo "Nothing was recorded: no test of this report names a case that the open round takes." >&2
  exit 1
fi
exit "$tests"
