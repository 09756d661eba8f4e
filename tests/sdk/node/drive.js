// Drives the service with @camunda8/sdk: called with a file of a process and one of a decision; prints what it saw.
'use strict'
const { Camunda8 } = require('@camunda8/sdk')

async function until(what, look) {
  const end = Date.now() + 20_000
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function main([diagram, decisions]) {
  const client = new Camunda8().getCamundaRestClient()
  const seen = {}
  seen.partitions = (await client.getTopology()).partitionsCount
  const deployed = await client.deployResourcesFromFiles([diagram, decisions])
  seen.processes = deployed.processes.map((each) => each.processDefinitionId)
  seen.decisions = deployed.decisions.map((each) => each.decisionDefinitionId)

  const reference = `node-${process.pid}-${Date.now()}`
  const started = await client.createProcessInstance({ processDefinitionId: 'loan', variables: { ref: reference, amount: 12.5 } })
  const refused = await client.createProcessInstance({ processDefinitionId: 'loan', variables: { ref: 'none' } })
  let tries = 0
  const worker = client.createJobWorker({
    type: 'score', worker: 'node', timeout: 10_000, maxJobsToActivate: 5, pollIntervalMs: 50,
    jobHandler: (job) => {
      if (job.processInstanceKey === started.processInstanceKey) {
        seen.variables = { ...job.variables }
        seen.headers = { ...job.customHeaders }
        return job.complete({ score: 710 })
      }
      if (job.processInstanceKey !== refused.processInstanceKey) return job.fail({ errorMessage: 'not mine', retries: job.retries })
      tries += 1
      if (tries === 1) return job.fail({ errorMessage: 'no power', retries: 1, retryBackOff: 0 })
      return job.error({ errorCode: 'NO', errorMessage: 'not today' })
    },
  })
  const task = await until('the task', async () => {
    const page = await client.searchUserTasks({ filter: { processInstanceKey: started.processInstanceKey }, page: { from: 0, limit: 10 } })
    return page.items[0]
  })
  seen.task = [task.name, task.state, task.candidateGroups]
  await client.assignUserTask({ userTaskKey: task.userTaskKey, assignee: process.env.TEST_ACCOUNT })
  await client.completeUserTask({ userTaskKey: task.userTaskKey, variables: { fine: true } })
  await client.publishMessage({ name: 'answer', correlationKey: reference, timeToLive: 60_000, messageId: reference, variables: {} })
  for (const [name, key] of [['started', started.processInstanceKey], ['refused', refused.processInstanceKey]]) {
    await until(name, async () => {
      const page = await client.searchProcessInstances({ filter: { processInstanceKey: key } })
      seen[name] = page.items[0].state
      return seen[name] === 'COMPLETED'
    })
  }
  seen.tries = tries
  await worker.stop()
  const decided = await client.evaluateDecision({ decisionDefinitionId: 'rate', variables: { score: 700 } })
  seen.rate = decided.output
  process.stdout.write(`SEEN ${JSON.stringify(seen)}\n`)
}

main(process.argv.slice(2)).then(() => process.exit(0), (error) => {
  process.stderr.write(`${error.stack}\n${error.detail ?? ''}\n`)
  process.exit(1)
})
