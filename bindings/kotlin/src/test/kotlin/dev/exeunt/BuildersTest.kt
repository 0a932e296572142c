package dev.exeunt

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import kotlin.reflect.KClass
import kotlin.reflect.full.declaredFunctions
import kotlin.reflect.full.primaryConstructor

class BuildersTest {
    private fun parameters(kind: KClass<*>) = kind.primaryConstructor?.parameters.orEmpty()

    /** What a builder can say: its constructor and its setters. */
    private fun sayable(builder: KClass<*>) =
        parameters(builder).map { it.name } + builder.declaredFunctions.map { it.name }.filter { it != "build" }

    @Test
    fun `a request can be built with every field`() {
        val fields = parameters(EndSessionRequest::class).map { it.name }
        assertEquals(fields.toSet(), sayable(EndSessionRequestBuilder::class).toSet())
    }

    @Test
    fun `a configuration can be built with every field`() {
        val fields = parameters(ClientConfig::class).map { it.name }
        assertEquals(fields.toSet(), sayable(ClientConfigBuilder::class).toSet())
    }

    @Test
    fun `what is not said has its default`() {
        assertEquals(EndSessionRequest(Who.Everyone), EndSessionRequestBuilder(Who.Everyone).build())
        val provider = Provider.Oidc(Fixture.ISSUER)
        assertEquals(
            ClientConfig("rp", provider, Home.DEVICE, Fixture.layout),
            ClientConfigBuilder("rp", provider, Home.DEVICE, Fixture.layout).build(),
        )
    }

    @Test
    fun `what is said arrives in its field`() {
        val built =
            EndSessionRequestBuilder(Who.Everyone)
                .redirect(Redirect.Omit)
                .initiatingPage(Secret("page"))
                .returnTo("return")
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
                .ticket(Secret("ticket"))
                .build()
        val named =
            EndSessionRequest(
                who = Who.Everyone,
                redirect = Redirect.Omit,
                initiatingPage = Secret("page"),
                returnTo = "return",
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
                .signInBrowser(BrowserMode.SHARED)
                .signOutBrowser(BrowserMode.EPHEMERAL)
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
                signInBrowser = BrowserMode.SHARED,
                signOutBrowser = BrowserMode.EPHEMERAL,
            )
        assertEquals(named, built)
    }
}
