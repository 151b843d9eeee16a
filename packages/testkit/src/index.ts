export { testDatabase, type TestDatabase } from './test-database.ts'
export { startFakeControlPlane, type FakeControlPlane, type FakeFault } from './fake-control-plane.ts'
export { startFakeGateway, type FakeGateway, type GatewayDevice } from './fake-gateway.ts'
