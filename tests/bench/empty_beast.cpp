// What Beast can do at best: a handler that answers everything with the same bytes. empty_beast PORT CERTIFICATE KEY
// FILE
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <fstream>
#include <iterator>
#include <string>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace
{

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

asio::awaitable<void> serve(tcp::socket socket, asio::ssl::context& tls, const std::string& body)
{
    socket.set_option(tcp::no_delay(true));
    asio::ssl::stream<tcp::socket> stream(std::move(socket), tls);
    auto [refused] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_tuple);
    boost::beast::flat_buffer buffer;
    while (!refused) {
        http::request<http::empty_body> request;
        auto [failure, read] = co_await http::async_read(stream, buffer, request, as_tuple);
        if (failure)
            co_return;
        http::response<http::string_body> answer(http::status::ok, 11);
        answer.set(http::field::content_type, "application/json");
        answer.body() = body;
        answer.prepare_payload();
        auto [lost, sent] = co_await http::async_write(stream, answer, as_tuple);
        if (lost)
            co_return;
    }
}

asio::awaitable<void> listen(asio::io_context& io, tcp::acceptor& acceptor, asio::ssl::context& tls,
                             const std::string& body)
{
    while (true) {
        auto socket = co_await acceptor.async_accept(io, asio::use_awaitable);
        asio::co_spawn(io, serve(std::move(socket), tls, body), asio::detached);
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 5)
        return 2;
    asio::io_context io(1); // on one thread: what it needs for each request is measured, not how it spreads
    asio::ssl::context tls(asio::ssl::context::tls_server);
    tls.use_certificate_chain_file(argv[2]);
    tls.use_private_key_file(argv[3], asio::ssl::context::pem);
    std::ifstream file(argv[4]);
    const std::string body(std::istreambuf_iterator<char>(file), {});
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(argv[1]))});
    asio::co_spawn(io, listen(io, acceptor, tls, body), asio::detached);
    io.run();
}
