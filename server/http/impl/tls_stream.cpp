#include "server/http/impl/tls_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <new>
#include <sys/socket.h>

namespace farboot::server::http
{

namespace asio = boost::asio;
using boost::system::error_code;

namespace
{

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
/// A record with its header and tag.
constexpr std::size_t in_bytes = 17 * 1024;
/// What TLS adds to a block: at most 256 bytes to each record.
constexpr std::size_t overhead = TlsStream::block_bytes / (16 * 1024) * 256;

/// Both directions of a connection, as OpenSSL sees them.
struct Buffers {
    std::array<char, in_bytes> in;
    std::size_t in_begin = 0;
    std::size_t in_end = 0;
    std::vector<char> out;
    std::size_t out_begin = 0;
};

Buffers& buffers_of(BIO* bio)
{
    return *static_cast<Buffers*>(BIO_get_data(bio));
}

int read_bio(BIO* bio, char* into, int size)
{
    auto& buffers = buffers_of(bio);
    BIO_clear_retry_flags(bio);
    const auto count = std::min<std::size_t>(buffers.in_end - buffers.in_begin, static_cast<unsigned>(size));
    if (count == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    std::memcpy(into, buffers.in.data() + buffers.in_begin, count);
    buffers.in_begin += count;
    return static_cast<int>(count);
}

int write_bio(BIO* bio, const char* from, int size)
try {
    buffers_of(bio).out.insert(buffers_of(bio).out.end(), from, from + size);
    return size;
} catch (const std::bad_alloc&) {
    return -1;
}

long control_bio(BIO*, int command, long, void*)
{
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO* new_bio(Buffers& buffers)
{
    static BIO_METHOD* const method = [] {
        auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "buffers");
        BIO_meth_set_read(made, &read_bio);
        BIO_meth_set_write(made, &write_bio);
        BIO_meth_set_ctrl(made, &control_bio);
        return made;
    }();
    auto* bio = BIO_new(method);
    if (bio == nullptr)
        throw std::bad_alloc();
    BIO_set_data(bio, &buffers);
    BIO_set_init(bio, 1);
    return bio;
}

} // namespace

struct TlsStream::Impl {
    Buffers buffers;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, &SSL_free};

    /// What a call of OpenSSL that did not succeed means.
    [[nodiscard]] Tried judge(int result) const
    {
        switch (SSL_get_error(ssl.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return {Outcome::wants_bytes, 0, {}};
        case SSL_ERROR_ZERO_RETURN:
            return {Outcome::failed, 0, asio::error::eof};
        case SSL_ERROR_SSL:
            return {Outcome::failed, 0, error_code(static_cast<int>(ERR_get_error()), asio::error::get_ssl_category())};
        default:
            return {Outcome::failed, 0, asio::ssl::error::unexpected_result};
        }
    }
};

TlsStream::TlsStream(asio::ip::tcp::socket socket, asio::ssl::context& context)
    : next_(std::move(socket)), impl_(std::make_unique<Impl>())
{
    impl_->ssl.reset(SSL_new(context.native_handle()));
    if (!impl_->ssl)
        throw std::bad_alloc();
    auto* bio = new_bio(impl_->buffers);
    SSL_set_bio(impl_->ssl.get(), bio, bio);
    SSL_set_mode(impl_->ssl.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_set_accept_state(impl_->ssl.get());
}

TlsStream::~TlsStream() = default;

TlsStream::Tried TlsStream::try_read(asio::mutable_buffer into)
{
    if (into.size() == 0)
        return {Outcome::done, 0, {}};
    ERR_clear_error();
    const auto size = static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX));
    const auto count = SSL_read(impl_->ssl.get(), into.data(), size);
    return count > 0 ? Tried{Outcome::done, static_cast<std::size_t>(count), {}} : impl_->judge(count);
}

asio::const_buffer TlsStream::to_send() const
{
    const auto& buffers = impl_->buffers;
    return asio::buffer(buffers.out) + buffers.out_begin;
}

void TlsStream::sent(std::size_t bytes)
{
    auto& buffers = impl_->buffers;
    buffers.out_begin += bytes;
    if (buffers.out_begin == buffers.out.size()) {
        buffers.out = {}; // thousands of connections wait for their clients
        buffers.out_begin = 0;
    }
}

asio::mutable_buffer TlsStream::room()
{
    auto& buffers = impl_->buffers; // OpenSSL has taken all there was
    buffers.in_begin = buffers.in_end = 0;
    return asio::buffer(buffers.in);
}

void TlsStream::received(std::size_t bytes)
{
    impl_->buffers.in_end = bytes;
}

asio::awaitable<error_code> TlsStream::send_all()
{
    while (to_send().size() > 0) {
        // As a rule the kernel takes all at once: no need to go through the scheduler.
        const auto direct =
            ::send(next_.socket().native_handle(), to_send().data(), to_send().size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (direct > 0) {
            sent(static_cast<std::size_t>(direct));
            continue;
        }
        auto [failure, bytes] = co_await next_.async_write_some(to_send(), as_tuple);
        if (failure)
            co_return failure;
        sent(bytes);
    }
    co_return error_code();
}

asio::awaitable<error_code> TlsStream::receive()
{
    const auto into = room();
    auto [failure, bytes] = co_await next_.async_read_some(into, as_tuple);
    received(bytes);
    co_return failure;
}

asio::awaitable<error_code> TlsStream::handshake()
{
    for (;;) {
        ERR_clear_error();
        const auto result = SSL_accept(impl_->ssl.get());
        const auto tried = result == 1 ? Tried{Outcome::done, 0, {}} : impl_->judge(result);
        const auto unsent = co_await send_all(); // an alert, too, that says why not
        if (tried.outcome == Outcome::failed)
            co_return tried.failure;
        if (unsent || tried.outcome == Outcome::done)
            co_return unsent;
        const auto unreceived = co_await receive();
        if (unreceived)
            co_return unreceived;
    }
}

asio::awaitable<bool> TlsStream::write(std::span<const char> bytes, std::chrono::milliseconds stall)
{
    while (!bytes.empty()) {
        const auto block = bytes.first(std::min(bytes.size(), block_bytes));
        bytes = bytes.subspan(block.size());
        impl_->buffers.out.reserve(impl_->buffers.out.size() + block.size() + overhead);
        ERR_clear_error();
        if (SSL_write(impl_->ssl.get(), block.data(), static_cast<int>(block.size())) <= 0)
            co_return false; // there is always room: the connection has ended
        next_.expires_after(stall);
        const auto failure = co_await send_all();
        if (failure)
            co_return false;
    }
    co_return true;
}

asio::awaitable<void> TlsStream::shutdown()
{
    ERR_clear_error();
    if (SSL_shutdown(impl_->ssl.get()) < 0)
        co_return;
    auto failure = co_await send_all();
    while (!failure)
        failure = co_await receive();
}

} // namespace farboot::server::http
