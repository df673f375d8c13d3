// What a client sends on one connection, to the server's own code for connections, with routes of each kind.
#include "server/api/static_file.hpp"
#include "server/http/impl/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

using namespace farboot::server;
using boost::asio::awaitable;
using boost::asio::ip::tcp;
using http::Request;
using http::Response;

namespace
{

constexpr std::uint64_t max_body = 512;

void must(bool holds)
{
    if (!holds)
        std::abort();
}

/// What handlers rely on.
void check(const Request& request)
{
    must(request.target.path.starts_with('/'));
    const auto segments = request.target.segments();
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const auto segment = segments[i];
        must(segment != "." && segment != ".." && segment.find_first_of(std::string_view("/\\\0", 3)) == segment.npos);
        must(!segment.empty() || i + 1 == segments.size());
    }
    for (const char c : request.target.path)
        must(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    for (const auto& [name, value] : request.headers)
        for (const char c : name + value)
            must(c != '\r' && c != '\n' && c != '\0');
    must(!request.client.empty());
}

awaitable<Response> send_file(std::shared_ptr<const http::File> file, const Request& request)
{
    check(request);
    must(request.body.empty());
    co_return api::file_response(request, file, "\"tag\"", "text/plain", "no-cache");
}

awaitable<Response> take_json(const Request& request)
{
    check(request);
    must(request.body.size() <= max_body);
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    if (body.is_discarded())
        co_return http::error(400, "json-malformed", "This is not JSON.", request.parameter("id"));
    auto answer = nlohmann::json{{"id", request.parameter("id")}, {"body", body}};
    for (const auto& [name, value] : request.target.query)
        answer["query"][name] = value;
    answer["cookie"] = std::string(request.cookie("farboot").value_or(""));
    co_return http::json_text(200, answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

/// Reads all, some, or nothing.
awaitable<Response> take_upload(const Request& request, http::BodyReader& body)
{
    check(request);
    must(body.length() <= max_body);
    std::array<char, 100> block{};
    std::uint64_t taken = 0;
    const auto wanted = request.parameter("digest") == "none"   ? 0
                        : request.parameter("digest") == "some" ? 1
                                                                : max_body;
    while (taken < wanted) {
        const auto count = co_await body.read(block);
        taken += count;
        if (count < block.size())
            break;
    }
    must(taken <= body.length());
    must(wanted < max_body || taken == body.length());
    co_return http::no_content();
}

class Events : public http::Stream
{
public:
    awaitable<std::string> next() override { co_return left_-- > 0 ? "data: x\n\n" : ""; }

private:
    int left_ = 3;
};

http::Router make_router()
{
    std::string name = (std::filesystem::temp_directory_path() / "fuzz-http-XXXXXX").string();
    must(::mkstemp(name.data()) >= 0);
    std::ofstream(name) << "a file of some bytes";
    const auto opened = http::File::open(name);
    std::filesystem::remove(name);
    must(opened.has_value());
    http::Router router;
    router.add(http::Method::get, "/files/{path...}",
               [file = *opened](const Request& request) { return send_file(file, request); });
    router.add(http::Method::post, "/things/{id}", &take_json, max_body);
    router.add_upload(http::Method::put, "/uploads/{digest}", &take_upload, max_body);
    router.add(http::Method::get, "/events", [](const Request& request) -> awaitable<Response> {
        check(request);
        Response response;
        response.body = std::make_shared<Events>();
        co_return response;
    });
    router.add(http::Method::remove, "/things/{id}",
               [](const Request&) -> awaitable<Response> { throw std::runtime_error("an error of its own"); });
    return router;
}

struct Server {
    boost::asio::io_context io{1};
    tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}};
    http::Router router = make_router();
    http::Limits limits{.header_bytes = 1024};
    http::Proxies proxies{{*farboot::server::Subnet::parse("127.0.0.0/8")}};
    http::Rates rates{limits};
    http::Shared shared{router, limits, proxies, rates, nullptr};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static Server& server = *[] {
        spdlog::set_level(spdlog::level::off);
        return new Server;
    }();
    if (size > 16'384)
        return 0;
    sigset_t alarm; // libFuzzer's, each second: it must not interrupt a connect
    sigset_t before;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, &before);
    tcp::socket client(server.io);
    client.connect(server.acceptor.local_endpoint());
    client.set_option(boost::asio::socket_base::linger(true, 0)); // leaves no port behind
    auto socket = server.acceptor.accept();
    boost::asio::write(client, boost::asio::buffer(data, size));
    client.shutdown(tcp::socket::shutdown_send);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    auto session = std::make_shared<http::Session>();
    session->client = "127.0.0.1";
    bool ended = false;
    boost::asio::co_spawn(server.io, http::serve(std::move(socket), nullptr, session, server.shared),
                          [&](const std::exception_ptr& failure) {
                              must(!failure);
                              ended = true;
                          });
    // The client reads meanwhile, so that nothing waits for it.
    std::string answers;
    std::array<char, 65536> block;
    client.non_blocking(true);
    boost::system::error_code error;
    server.io.restart();
    while (!ended) {
        server.io.run_one();
        const auto count = client.read_some(boost::asio::buffer(block), error);
        answers.append(block.data(), count);
    }
    server.io.poll();
    answers.append(block.data(), client.read_some(boost::asio::buffer(block), error));
    must(answers.empty() || answers.starts_with("HTTP/1.1 "));
    must(answers.find("HTTP/1.1 500") == answers.npos ||
         std::string_view(reinterpret_cast<const char*>(data), size).find("DELETE") != std::string_view::npos);
    return 0;
}
