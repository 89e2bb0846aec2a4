// SPDX-License-Identifier: Apache-2.0

public import Cloud

/// All services' routes, put together in one place for the controller, for tests, and for the list
/// in `docs/api-coverage.md`.
public func servedRoutes(_ identity: IdentityAPI, images: ImageService, cloud: Cloud)
  -> [APIService: [Route]]
{
  [
    .identity: identity.routes,
    .compute: ComputeAPI(cloud: cloud).routes,
    .image: ImageAPI(images: images).routes,
    .network: NetworkAPI(cloud: cloud).routes,
    .operator: OperatorAPI(cloud: cloud).routes,
  ]
}
