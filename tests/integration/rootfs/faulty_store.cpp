#include "tests/integration/rootfs/faulty_store.hpp"

#include "tests/integration/rootfs/process.hpp"

#include <fmt/format.h>
#include <openssl/pem.h>

#include <charconv>
#include <thread>

namespace farboot::test
{

/// A good one, of the range that was asked for.
struct FaultyStore::Answer {
    std::string body;
    std::size_t first = 0;
    std::size_t file_bytes = 0;
    bool hot = false; ///< of a hot pack

    [[nodiscard]] std::string range(std::size_t length) const
    {
        return fmt::format("Content-Range: bytes {}-{}/{}\r\n", first, first + length - 1, file_bytes);
    }
    [[nodiscard]] std::string head(std::size_t length) const
    {
        return fmt::format("HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\n{}\r\n", length, range(length));
    }
};

namespace
{

using rootfs::testing_fetch::Identity;

/// Sends pieces until the other side has gone.
template <class Peer>
void send_for_ever(Peer& peer, std::string_view piece, std::chrono::milliseconds pause)
{
    while (peer.send(piece))
        std::this_thread::sleep_for(pause);
    peer.close();
}

/// "bytes=first-last" of a request's head.
std::pair<std::size_t, std::size_t> asked_range(std::string_view request)
{
    constexpr std::string_view name = "\r\nRange: bytes=";
    const auto at = request.find(name);
    if (at == request.npos)
        return {0, 0};
    const auto* end = request.data() + request.size();
    std::size_t first = 0;
    std::size_t last = 0;
    const auto* dash = std::from_chars(request.data() + at + name.size(), end, first).ptr;
    std::from_chars(dash + 1, end, last);
    return {first, last};
}

void use(SSL* tls, const Identity& identity)
{
    BIO* certificate_bio = BIO_new_mem_buf(identity.certificate.data(), static_cast<int>(identity.certificate.size()));
    BIO* key_bio = BIO_new_mem_buf(identity.key.data(), static_cast<int>(identity.key.size()));
    X509* certificate = PEM_read_bio_X509(certificate_bio, nullptr, nullptr, nullptr);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_bio, nullptr, nullptr, nullptr);
    SSL_use_certificate(tls, certificate);
    SSL_use_PrivateKey(tls, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    BIO_free(certificate_bio);
    BIO_free(key_bio);
}

} // namespace

FaultyStore::FaultyStore(std::filesystem::path store)
    : store_(std::move(store)),
      server_(
          &good_, [this](Peer& peer, const std::string& request) { talk(peer, request); },
          [this](SSL_CTX* context) {
              SSL_CTX_set_cert_cb(
                  context,
                  [](SSL* tls, void* self) {
                      static_cast<FaultyStore*>(self)->choose_certificate(tls);
                      return 1;
                  },
                  this);
          })
{
}

void FaultyStore::choose_certificate(SSL* tls)
{
    const auto fault = fault_.load();
    use(tls, fault == Fault::expired ? expired_ : fault == Fault::foreign ? foreign_ : good_);
    if (fault == Fault::expired || fault == Fault::foreign)
        ++faults_;
}

void FaultyStore::talk(Peer& peer, const std::string& request)
{
    constexpr std::string_view start = "GET /store/";
    const auto path =
        std::filesystem::path(request.substr(start.size(), request.find(' ', start.size()) - start.size()));
    const auto file = store_ / path;
    if (!request.starts_with(start) || !std::filesystem::is_regular_file(file)) {
        peer.answer("404 Not Found", "");
        return;
    }
    const auto bytes = read_whole(file);
    const auto [first, last] = asked_range(request);
    if (first >= bytes.size() || last < first) {
        peer.answer("416 Range Not Satisfiable", "");
        return;
    }
    spoil(peer, {bytes.substr(first, last - first + 1), first, bytes.size(), path.string().starts_with("v1/hot/")});
}

void FaultyStore::spoil(Peer& peer, const Answer& answer)
{
    using namespace std::chrono_literals;
    const auto& body = answer.body;
    const auto half = std::string_view(body).substr(0, body.size() / 2);
    const auto fault = fault_.load();
    if (fault != Fault::none && fault != Fault::slow) {
        ++faults_;
        hot_faults_ += answer.hot ? 1 : 0;
    }
    switch (fault) {
    case Fault::none:
        peer.send(answer.head(body.size()) + body);
        break;
    case Fault::silent:
        peer.wait_until_gone();
        break;
    case Fault::stalls:
        peer.send(answer.head(body.size()));
        peer.send(half);
        peer.wait_until_gone();
        break;
    case Fault::trickles:
        peer.send(answer.head(body.size()));
        for (std::size_t i = 0; i < body.size() && peer.send(std::string_view(body).substr(i, 1)); ++i)
            std::this_thread::sleep_for(1s);
        break;
    case Fault::unavailable:
        peer.answer("503 Service Unavailable", "Come back later.");
        break;
    case Fault::endless_503:
        peer.send("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n");
        send_for_ever(peer, std::string(4'096, ' '), 0ms);
        break;
    case Fault::truncated:
        peer.send(answer.head(body.size()));
        peer.send(half);
        peer.close();
        break;
    case Fault::shorter:
        peer.send(answer.head(body.size() - 1) + body.substr(1));
        break;
    case Fault::longer:
        peer.send(fmt::format("HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\n{}\r\n{}          ",
                              body.size() + 10, answer.range(body.size()), body));
        break;
    case Fault::endless:
        peer.send("HTTP/1.1 206 Partial Content\r\nConnection: close\r\n" + answer.range(body.size()) + "\r\n" + body);
        send_for_ever(peer, std::string(4'096, ' '), 0ms);
        break;
    case Fault::corrupt: {
        auto wrong = body;
        wrong[wrong.size() / 2] = static_cast<char>(wrong[wrong.size() / 2] ^ 1);
        peer.send(answer.head(wrong.size()) + wrong);
        break;
    }
    case Fault::expired:
    case Fault::foreign:
        peer.close(); // of the time before: the next connection sees the certificate
        break;
    case Fault::slow:
        peer.send(answer.head(body.size()));
        for (std::size_t i = 0; i < body.size() && peer.send(std::string_view(body).substr(i, 1'600)); i += 1'600)
            std::this_thread::sleep_for(100ms);
        break;
    }
}

} // namespace farboot::test
