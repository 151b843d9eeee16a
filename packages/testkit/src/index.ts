export { testDatabase, type TestDatabase } from './test-database.ts'
export { startFakeControlPlane, type FakeControlPlane, type FakeFault } from './fake-control-plane.ts'
