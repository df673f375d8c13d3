#include "server/http/server.hpp"

#include "rootfs/base/number.hpp"
#include "server/http/impl/connection.hpp"
#include "server/http/impl/log.hpp"
#include "server/http/impl/slots.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <list>
#include <mutex>
#include <thread>

namespace farboot::server::http
{

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;

/// A thread's events. What runs there needs no lock and wakes no other thread: threads that share their events need a
/// seventh more of the processors for menus, and for packs.
struct Loop {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
};

struct Server::Impl {
    Router router;
    Limits limits;
    Proxies proxies;
    Observer* observer;
    Rates rates{limits};
    Shared shared{router, limits, proxies, rates, observer};
    Slots slots{limits.connections, limits.connections_per_address}; // outlives the coroutines, which the loops have
    std::mutex mutex;
    std::shared_ptr<ssl::context> tls;
    std::deque<Loop> loops{1}; ///< acceptors are the first one's; connections are dealt out
    std::size_t dealt = 0;
    // What has executors ends before the loops do.
    struct Known {
        std::weak_ptr<Session> session;
        asio::any_io_executor executor;
    };
    std::list<Known> sessions;
    std::size_t tidy_sessions_at = 64;
    std::list<tcp::acceptor> acceptors;
    std::vector<std::jthread> threads;

    Impl(Router r, Limits l, Proxies p, Observer* o)
        : router(std::move(r)), limits(l), proxies(std::move(p)), observer(o)
    {
    }
    ~Impl()
    {
        acceptors.clear();
        sessions.clear();
        loops.pop_front(); // whose coroutines may hold another one's socket
    }

    asio::awaitable<void> accept(tcp::acceptor& acceptor, bool with_tls);
    void take(tcp::socket socket, bool with_tls);
};

namespace
{

asio::ip::address plain_address(const asio::ip::address& address)
{
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address;
}

/// What connections are counted by: one customer usually has a whole /64 of IPv6.
std::string slot_key(const asio::ip::address& address, const Proxies& proxies)
{
    if (proxies.contains(address.to_string()))
        return {}; // it does its own counting
    return counted_as(address.to_string());
}

Result<tcp::endpoint> parse_endpoint(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos) {
        auto host = text.substr(0, colon);
        const auto port_text = text.substr(colon + 1);
        if (host.starts_with('[') && host.ends_with(']'))
            host = host.substr(1, host.size() - 2);
        boost::system::error_code error;
        const auto address = asio::ip::make_address(host, error);
        if (const auto port = rootfs::to_number<std::uint16_t>(port_text); port && !error)
            return tcp::endpoint(address, *port);
    }
    return fail("address-malformed",
                "\"{}\" is not an address and port to listen on, such as 0.0.0.0:8443 or [::]:8443.", text);
}

} // namespace

Server::Server(Router router, Limits limits, Proxies proxies, Observer* observer)
    : impl_(std::make_unique<Impl>(std::move(router), limits, std::move(proxies), observer))
{
}

Server::~Server()
{
    stop();
}

Result<void> Server::use_certificate(const TlsFiles& files)
{
    try {
        auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
        context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                             ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | SSL_OP_NO_RENEGOTIATION |
                             SSL_OP_NO_COMPRESSION);
        SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
        context->use_certificate_chain_file(files.certificate.string());
        context->use_private_key_file(files.key.string(), ssl::context::pem);
        std::lock_guard lock(impl_->mutex);
        impl_->tls = std::move(context);
        return {};
    } catch (const boost::system::system_error& error) {
        return fail("tls", "Cannot use the certificate {} with the key {}: {}.", files.certificate.string(),
                    files.key.string(), error.code().message());
    }
}

Result<std::string> Server::listen(std::string_view address, bool tls)
{
    const auto endpoint = parse_endpoint(address);
    if (!endpoint)
        return std::unexpected(endpoint.error());
    try {
        auto& acceptor = impl_->acceptors.emplace_back(impl_->loops.front().io);
        acceptor.open(endpoint->protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        if (endpoint->address().is_v6())
            acceptor.set_option(asio::ip::v6_only(false));
        acceptor.bind(*endpoint);
        acceptor.listen(1024);
        asio::co_spawn(acceptor.get_executor(), impl_->accept(acceptor, tls), asio::detached);
        const auto real = acceptor.local_endpoint();
        const auto host = real.address().to_string();
        return real.address().is_v6() ? fmt::format("[{}]:{}", host, real.port())
                                      : fmt::format("{}:{}", host, real.port());
    } catch (const boost::system::system_error& error) {
        impl_->acceptors.pop_back();
        return fail("io", "Cannot listen on {}: {}.", address, error.code().message());
    }
}

asio::awaitable<void> Server::Impl::accept(tcp::acceptor& acceptor, bool with_tls)
{
    asio::steady_timer pause(acceptor.get_executor());
    while (!shared.stopping) {
        auto& loop = loops[dealt++ % loops.size()];
        auto [error, socket] = co_await acceptor.async_accept(loop.io, asio::as_tuple(asio::use_awaitable));
        if (!error) {
            try {
                take(std::move(socket), with_tls);
            } catch (const std::exception& exception) {
                log_exception("-", "accept", exception.what());
            }
        } else if (!shared.stopping) { // out of file descriptors, most likely: let others end first
            log_exception("-", "accept", error.message());
            pause.expires_after(std::chrono::milliseconds(100));
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
}

void Server::Impl::take(tcp::socket socket, bool with_tls)
{
    boost::system::error_code error;
    const auto remote = socket.remote_endpoint(error);
    if (error)
        return; // gone already
    const auto address = plain_address(remote.address());
    auto slot = slots.take(slot_key(address, proxies));
    if (!slot) {
        log_note("connection-refused", address.to_string(), "too many connections");
        if (observer)
            observer->refused_connection();
        return;
    }
    socket.set_option(tcp::no_delay(true), error);
    auto session = std::make_shared<Session>();
    session->client = address.to_string();
    const asio::any_io_executor executor = socket.get_executor();
    std::shared_ptr<ssl::context> context;
    {
        std::lock_guard lock(mutex);
        if (with_tls)
            context = tls;
        if (sessions.size() >= tidy_sessions_at) { // not each time: thousands may be open
            std::erase_if(sessions, [](const Known& known) { return known.session.expired(); });
            tidy_sessions_at = std::max<std::size_t>(64, 2 * sessions.size());
        }
        sessions.push_back({session, executor});
    }
    if (observer)
        observer->connected();
    auto done = [this, session,
                 kept = std::make_shared<Slots::Slot>(std::move(*slot))](const std::exception_ptr& failure) {
        try {
            if (failure)
                std::rethrow_exception(failure);
        } catch (const std::exception& exception) {
            log_exception("-", "connection", exception.what());
        }
        if (observer)
            observer->disconnected();
    };
    asio::co_spawn(executor, serve(std::move(socket), std::move(context), session, shared), std::move(done));
}

void Server::start(std::size_t threads)
{
    while (impl_->loops.size() < threads)
        impl_->loops.emplace_back();
    for (auto& loop : impl_->loops)
        impl_->threads.emplace_back([&io = loop.io] {
            while (!io.stopped()) {
                try {
                    io.run();
                } catch (const std::exception& exception) {
                    log_exception("-", "thread", exception.what());
                }
            }
        });
}

void Server::stop()
{
    if (impl_->shared.stopping.exchange(true))
        return;
    for (auto& acceptor : impl_->acceptors)
        asio::post(acceptor.get_executor(), [&acceptor] {
            boost::system::error_code ignored;
            acceptor.close(ignored);
        });
    {
        std::lock_guard lock(impl_->mutex);
        for (const auto& known : impl_->sessions)
            asio::post(known.executor, [weak = known.session] {
                const auto session = weak.lock();
                if (session && session->idle && session->close)
                    session->close();
            });
    }
    if (!impl_->threads.empty())
        impl_->slots.wait_until_empty(impl_->limits.stop_grace);
    for (auto& loop : impl_->loops)
        loop.io.stop();
    impl_->threads.clear();
}

} // namespace farboot::server::http
