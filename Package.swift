// swift-tools-version: 6.0
// The manifest stands at the root because that is where SwiftPM looks in a repository fetched by its address;
// everything it names lies in bindings/swift. Generated files are not in git: bindings/swift/generate.sh writes them.
import PackageDescription

#if os(Linux)
    // The C header of the core; its static library is found through LIBRARY_PATH (bindings/swift/test.sh sets it).
    let core: Target = .systemLibrary(name: "ExeuntFFI", path: "bindings/swift/Sources/ExeuntFFI")
#else
    // Apple platforms: header and static libraries of every architecture in one bundle. Packaging makes it with
    // `xcodebuild -create-xcframework`, which needs a Mac. NOT BUILT HERE: this branch is written, never compiled.
    let core: Target = .binaryTarget(name: "ExeuntFFI", path: "bindings/swift/ExeuntFFI.xcframework")
#endif

let package = Package(
    name: "Exeunt",
    // async/await with a back-deployed runtime, URL sessions that stream; older systems would need another transport.
    platforms: [.iOS(.v15), .macOS(.v12), .tvOS(.v15), .watchOS(.v8), .visionOS(.v1)],
    products: [.library(name: "Exeunt", targets: ["Exeunt"])],
    targets: [
        core,
        .target(
            name: "Exeunt",
            dependencies: ["ExeuntFFI"],
            path: "bindings/swift/Sources/Exeunt",
            linkerSettings: [.linkedLibrary("exeunt", .when(platforms: [.linux]))]
        ),
        .testTarget(
            name: "ExeuntTests",
            dependencies: ["Exeunt"],
            path: "bindings/swift/Tests/ExeuntTests"
        ),
    ],
    swiftLanguageModes: [.v6]
)
