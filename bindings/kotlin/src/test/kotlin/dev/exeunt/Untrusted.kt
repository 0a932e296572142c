package dev.exeunt

import dev.exeunt.cases.CaseFiles
import java.io.ByteArrayInputStream
import java.net.Socket
import java.security.KeyFactory
import java.security.KeyStore
import java.security.cert.CertificateFactory
import java.security.spec.PKCS8EncodedKeySpec
import java.util.Base64
import javax.net.ssl.KeyManagerFactory
import javax.net.ssl.SSLContext

/** The server's side of TLS with `tests/transport/untrusted.pem`, a certificate that no trust store knows. */
internal object Untrusted {
    private val context: SSLContext

    init {
        val keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm())
        keys.init(keyStore(), CharArray(0))
        context = SSLContext.getInstance("TLS").apply { init(keys.keyManagers, null, null) }
    }

    /** Shakes hands with a client of whose greeting this byte was read; fails if the client refuses. */
    fun over(
        socket: Socket,
        first: Int,
    ): Socket = context.socketFactory.createSocket(socket, ByteArrayInputStream(byteArrayOf(first.toByte())), true)

    private fun keyStore(): KeyStore {
        val factory = CertificateFactory.getInstance("X.509")
        val certificate = factory.generateCertificate(block("CERTIFICATE").inputStream())
        val key = KeyFactory.getInstance("EC").generatePrivate(PKCS8EncodedKeySpec(block("PRIVATE KEY")))
        val store = KeyStore.getInstance("PKCS12").apply { load(null, null) }
        store.setKeyEntry("untrusted", key, CharArray(0), arrayOf(certificate))
        return store
    }

    private fun block(label: String): ByteArray {
        val text = CaseFiles.untrusted().substringAfter("-----BEGIN $label-----").substringBefore("-----END")
        return Base64.getMimeDecoder().decode(text)
    }
}
