import Dispatch

/// What an app writes to open its browser: a type of the main actor, as a web authentication session or a view
/// controller needs it.
@MainActor
public protocol MainActorNavigator: AnyObject, Sendable {
    /// Opens the navigation's address (``Navigation/url``) and returns at once; the user's answer comes later.
    ///
    /// When the browser comes back call ``LogoutClient/complete(_:)``. When it cannot be opened, or the user closes it,
    /// call ``LogoutClient/cancel(id:reason:)`` with the navigation's `id`: nobody else can tell.
    func start(_ navigation: Navigation)

    /// Closes the popup or removes the frame of this sign-out, if it is still there. Called once for each that was
    /// started, after its `start`.
    func dismiss(id: String)
}

/// Lends a ``MainActorNavigator`` to a ``LogoutClient``, whose callbacks arrive on a worker thread.
///
/// It hands each call to the main queue and never waits for it. Were it to wait, an app that blocks its main thread
/// until a sign-out is over would stop for ever: the core would wait for the main thread, and the main thread for the
/// core. So `navigate` answers `started` as soon as the browser is *asked for*; whether it could be opened is told later
/// through `cancel`. Calls keep their order: a `dismiss` never overtakes its `start`.
///
/// The navigator is held strongly for as long as the client lives.
public final class NavigatorOnMainActor: Navigator {
    private let navigator: any MainActorNavigator
    private let decision: @Sendable (Navigation) -> Navigated

    /// Wraps a navigator.
    ///
    /// - Parameters:
    ///   - navigator: what opens the browser.
    ///   - decision: asked first, on the worker thread; anything but `.started` keeps the sign-out local. It must answer
    ///     at once and must not wait for the main thread.
    public init(
        _ navigator: any MainActorNavigator,
        decision: @escaping @Sendable (Navigation) -> Navigated = { _ in .started }
    ) {
        self.navigator = navigator
        self.decision = decision
    }

    /// Asks for the browser and answers at once.
    public func navigate(navigation: Navigation) -> Navigated {
        let answer = decision(navigation)
        if answer == .started {
            DispatchQueue.main.async { [navigator] in
                MainActor.assumeIsolated { navigator.start(navigation) }
            }
        }
        return answer
    }

    /// Asks for the popup or frame to be closed and answers at once.
    public func dismiss(id: String) -> Done {
        DispatchQueue.main.async { [navigator] in
            MainActor.assumeIsolated { navigator.dismiss(id: id) }
        }
        return .done
    }
}
