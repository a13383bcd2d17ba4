// The matrix of preflights of the benchmark, shared between virtual users, with a check of the status and one of who may read the answer.
import http from 'k6/http'
import exec from 'k6/execution'
import { check } from 'k6'
import { SharedArray } from 'k6/data'

const matrix = new SharedArray('matrix', () => JSON.parse(open(__ENV.MATRIX)))

export const options = { scenarios: { all: { executor: 'shared-iterations', vus: Number(__ENV.VUS), iterations: matrix.length, maxDuration: '30m' } } }

http.setResponseCallback(http.expectedStatuses(200, 403))

export default function () {
  const p = matrix[exec.scenario.iterationInTest]
  const headers = { Origin: p.Origin, 'Access-Control-Request-Method': p.Method }
  if (p.Headers) headers['Access-Control-Request-Headers'] = p.Headers
  const allowed = p.Origin.endsWith('.example.com')
  const answer = http.options(p.URL, null, { headers })
  check(answer, {
    status: (r) => r.status === (allowed ? 200 : 403),
    'allow-origin': (r) => r.headers['Access-Control-Allow-Origin'] === (allowed ? p.Origin : undefined),
  })
}
