package dev.exeunt

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.Arguments.arguments
import org.junit.jupiter.params.provider.MethodSource
import java.io.File
import kotlin.reflect.KClass
import kotlin.reflect.full.declaredFunctions
import kotlin.reflect.full.primaryConstructor

class BuildersTest {
    private fun parameters(kind: KClass<*>) = kind.primaryConstructor?.parameters.orEmpty()

    /** What a builder can say: its constructor and its setters. */
    private fun sayable(builder: KClass<*>) =
        parameters(builder).map { it.name } + builder.declaredFunctions.map { it.name }.filter { it != "build" }

    @ParameterizedTest
    @MethodSource("builders")
    fun `a record can be built with every field`(
        built: KClass<*>,
        builder: KClass<*>,
    ) {
        val fields = parameters(built).map { it.name }
        assertTrue(fields.isNotEmpty(), "${built.simpleName} has no fields")
        assertEquals(fields.toSet(), sayable(builder).toSet())
    }

    /** Whoever adds a builder is reminded to list it here. */
    @Test
    fun `every builder is looked at`() {
        val names = builders().map { (it.get()[1] as KClass<*>).simpleName }
        val classes = File(checkNotNull(System.getProperty("exeunt.classes"))).resolve("dev/exeunt")
        val written = classes.list().orEmpty().filter { Regex("[A-Za-z0-9]+Builder\\.class").matches(it) }
        assertEquals(written.map { it.removeSuffix(".class") }.toSet(), names.toSet())
    }

    @Test
    fun `what is not said has its default`() {
        assertEquals(EndSessionRequest(Who.Everyone), EndSessionRequestBuilder(Who.Everyone).build())
        val provider = Provider.Oidc(Fixture.ISSUER)
        assertEquals(
            ClientConfig("rp", provider, Home.DEVICE, Fixture.layout),
            ClientConfigBuilder("rp", provider, Home.DEVICE, Fixture.layout).build(),
        )
        assertEquals(Account("alice"), AccountBuilder("alice").build())
        assertEquals(Cookie("sid"), CookieBuilder("sid").build())
        assertEquals(ParameterNames(), ParameterNamesBuilder().build())
        assertEquals(provider, OidcBuilder(Fixture.ISSUER).build())
        assertEquals(Provider.Auth0("tenant.auth0.com"), Auth0Builder("tenant.auth0.com").build())
    }

    @Test
    fun `what is said arrives in its field`() {
        val built =
            EndSessionRequestBuilder(Who.Everyone)
                .redirect(Redirect.Omit)
                .initiatingPage(Secret("page"))
                .returnTo("return")
                .authority("authority")
                .mode(LogoutMode.POPUP)
                .reach(Reach.APP)
                .idTokenHint(Secret("token"))
                .logoutHint(Secret("hint"))
                .state(Secret("state"))
                .uiLocales(listOf("de"))
                .extraParameters(listOf(Parameter("name", Secret("value"))))
                .correlationId("correlation")
                .everywhere(true)
                .inFrame(true)
                .popup(PopupWindow(width = 1))
                .mainWindowRedirectUri("main")
                .revokeTokens(false)
                .onCancel(OnCancel.KEEP_EVERYTHING)
                .ticket(Secret("ticket"))
                .build()
        val named =
            EndSessionRequest(
                who = Who.Everyone,
                redirect = Redirect.Omit,
                initiatingPage = Secret("page"),
                returnTo = "return",
                authority = "authority",
                mode = LogoutMode.POPUP,
                reach = Reach.APP,
                idTokenHint = Secret("token"),
                logoutHint = Secret("hint"),
                state = Secret("state"),
                uiLocales = listOf("de"),
                extraParameters = listOf(Parameter("name", Secret("value"))),
                correlationId = "correlation",
                everywhere = true,
                inFrame = true,
                popup = PopupWindow(width = 1),
                mainWindowRedirectUri = "main",
                revokeTokens = false,
                onCancel = OnCancel.KEEP_EVERYTHING,
                ticket = Secret("ticket"),
            )
        assertEquals(named, built)
    }

    @Test
    fun `what is said of the configuration arrives in its field`() {
        val provider = Provider.Entra("https://login.microsoftonline.com/common")
        val built =
            ClientConfigBuilder("rp", provider, Home.SERVER, CacheLayout.Msal)
                .clientSecret(Secret("secret"))
                .clientAuthentication(ClientAuthentication.SECRET_POST)
                .redirectUris(listOf("uri"))
                .postLogoutRedirectUri(Redirect.Omit)
                .redirectUri("sign-in")
                .allowHttp(true)
                .mode(LogoutMode.SILENT)
                .reach(Reach.UPSTREAM)
                .revokeTokens(true)
                .allowRedirectInFrame(true)
                .preferFormPost(true)
                .minimiseHints(true)
                .signInBrowser(BrowserMode.SHARED)
                .signOutBrowser(BrowserMode.EPHEMERAL)
                .onCancel(OnCancel.KEEP_EVERYTHING)
                .keepTokensSeconds(3600)
                .cookies(listOf(Cookie("sid")))
                .frontchannelLogoutUri("front")
                .frontchannelLogoutSessionRequired(true)
                .backchannelLogoutUri("back")
                .backchannelLogoutSessionRequired(true)
                .build()
        val named =
            ClientConfig(
                clientId = "rp",
                provider = provider,
                home = Home.SERVER,
                layout = CacheLayout.Msal,
                clientSecret = Secret("secret"),
                clientAuthentication = ClientAuthentication.SECRET_POST,
                redirectUris = listOf("uri"),
                postLogoutRedirectUri = Redirect.Omit,
                redirectUri = "sign-in",
                allowHttp = true,
                mode = LogoutMode.SILENT,
                reach = Reach.UPSTREAM,
                revokeTokens = true,
                allowRedirectInFrame = true,
                preferFormPost = true,
                minimiseHints = true,
                signInBrowser = BrowserMode.SHARED,
                signOutBrowser = BrowserMode.EPHEMERAL,
                onCancel = OnCancel.KEEP_EVERYTHING,
                keepTokensSeconds = 3600,
                cookies = listOf(Cookie("sid")),
                frontchannelLogoutUri = "front",
                frontchannelLogoutSessionRequired = true,
                backchannelLogoutUri = "back",
                backchannelLogoutSessionRequired = true,
            )
        assertEquals(named, built)
    }

    @Test
    fun `what is said of an account arrives in its field`() {
        val tokens = listOf(Token(TokenKind.ACCESS_TOKEN, Secret("access")))
        val built =
            AccountBuilder("alice")
                .idToken(Secret("id"))
                .tokens(tokens)
                .connection(Connection.GOOGLE_OAUTH2)
                .upstreamAccessToken(Secret("upstream"))
                .build()
        val named =
            Account(
                homeAccountId = "alice",
                idToken = Secret("id"),
                tokens = tokens,
                connection = Connection.GOOGLE_OAUTH2,
                upstreamAccessToken = Secret("upstream"),
            )
        assertEquals(named, built)
    }

    @Test
    fun `what is said of a cookie arrives in its field`() {
        val built =
            CookieBuilder("sid")
                .path("/app")
                .domain("example.com")
                .secure(true)
                .httpOnly(false)
                .sameSite(SameSite.STRICT)
                .build()
        val named =
            Cookie(
                name = "sid",
                path = "/app",
                domain = "example.com",
                secure = true,
                httpOnly = false,
                sameSite = SameSite.STRICT,
            )
        assertEquals(named, built)
    }

    @Test
    fun `what is said of a provider and its parameters arrives in its field`() {
        val built =
            OidcBuilder(Fixture.ISSUER)
                .endpoints(Fixture.endpoints)
                .parameterNames(
                    ParameterNamesBuilder()
                        .redirectUri("a")
                        .idTokenHint("b")
                        .clientId("c")
                        .state("d")
                        .logoutHint("e")
                        .uiLocales("f")
                        .build(),
                ).omitClientId(true)
                .dynamic(false)
                .build()
        val named =
            Provider.Oidc(
                issuer = Fixture.ISSUER,
                endpoints = Fixture.endpoints,
                parameterNames =
                    ParameterNames(
                        redirectUri = "a",
                        idTokenHint = "b",
                        clientId = "c",
                        state = "d",
                        logoutHint = "e",
                        uiLocales = "f",
                    ),
                omitClientId = true,
                dynamic = false,
            )
        assertEquals(named, built)
        assertEquals(Provider.Oidc("x", dynamic = true), OidcBuilder("x").dynamic(true).build())
    }

    @Test
    fun `what is said of an Auth0 tenant arrives in its field`() {
        val built =
            Auth0Builder("tenant.auth0.com")
                .endpoint(Auth0Endpoint.OIDC_LOGOUT)
                .omitClientId(true)
                .allowedLogoutUrls(listOf("a"))
                .tenantAllowedLogoutUrls(listOf("b"))
                .build()
        val named =
            Provider.Auth0(
                domain = "tenant.auth0.com",
                endpoint = Auth0Endpoint.OIDC_LOGOUT,
                omitClientId = true,
                allowedLogoutUrls = listOf("a"),
                tenantAllowedLogoutUrls = listOf("b"),
            )
        assertEquals(named, built)
    }

    private companion object {
        @JvmStatic
        fun builders() =
            listOf(
                arguments(EndSessionRequest::class, EndSessionRequestBuilder::class),
                arguments(ClientConfig::class, ClientConfigBuilder::class),
                arguments(Account::class, AccountBuilder::class),
                arguments(Cookie::class, CookieBuilder::class),
                arguments(ParameterNames::class, ParameterNamesBuilder::class),
                arguments(Provider.Oidc::class, OidcBuilder::class),
                arguments(Provider.Auth0::class, Auth0Builder::class),
            )
    }
}
