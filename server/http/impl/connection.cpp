#include "server/http/impl/connection.hpp"

#include "server/base/workers.hpp"
#include "server/http/impl/log.hpp"
#include "server/http/impl/message.hpp"
#include "server/http/impl/write.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace farboot::server::http
{

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = beast::http;

namespace
{

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
using Parser = wire::request_parser<wire::string_body>;
using Clock = std::chrono::steady_clock;

/// An answer, and whether the connection can be used for another request behind it. It has a constructor because g++ 12
/// destroys the members of a braced aggregate twice when a coroutine returns it.
struct Answer {
    Answer(Response the_response, bool keep_open) : response(std::move(the_response)), keep(keep_open) {}
    Response response;
    bool keep;
};

asio::awaitable<Response> handle(const Route& route, const Request& request)
{
    std::string failure;
    try {
        co_return co_await route.handler(request);
    } catch (const Overloaded&) {
        co_return error(503, "busy", "The server has too much to do: try again in a few seconds.")
            .with("Retry-After", "2");
    } catch (const std::exception& exception) {
        failure = exception.what();
    }
    log_exception(request.target.path, failure);
    co_return error(500, "internal",
                    "The server could not do this because of an error of its own, which is in its log.");
}

/// One connection over a TLS or a plain stream.
template <class Stream>
class Connection
{
public:
    Connection(Stream& stream, Session& session, const Shared& shared)
        : stream_(stream), session_(session), shared_(shared), client_(session.client)
    {
    }

    asio::awaitable<void> run()
    {
        for (bool first = true; !shared_.stopping; first = false) {
            if (buffer_.size() == 0 && !co_await wait_for_request(first))
                co_return;
            const auto start = Clock::now();
            lowest().expires_after(shared_.limits.header_deadline);
            Parser parser;
            parser.header_limit(static_cast<std::uint32_t>(shared_.limits.header_bytes));
            parser.body_limit(boost::none); // by route, below
            auto [failure, bytes] = co_await wire::async_read_header(stream_, buffer_, parser, as_tuple);
            if (failure == wire::error::end_of_stream)
                co_return;
            std::optional<Answer> answer;
            if (failure) // g++ 12 destroys the result of a co_await within ?: twice
                answer = unreadable(failure);
            else
                answer = co_await read_and_answer(parser);
            if (!answer) {
                log_failed({"-", "-", 0, failure.message(), client_, Clock::now() - start});
                co_return;
            }
            const bool head = parser.get().method() == wire::verb::head;
            const bool keep = answer->keep && !shared_.stopping;
            const bool sent = co_await write(stream_, answer->response,
                                             {.head = head, .keep = keep, .stall = shared_.limits.write_stall});
            if (answer->response.status >= 400 || !sent) {
                const std::string_view method(parser.get().method_string().data(), parser.get().method_string().size());
                const std::string_view target(parser.get().target().data(), parser.get().target().size());
                log_failed({parser.get().method() == wire::verb::unknown ? "OTHER" : method, target,
                            answer->response.status, sent ? answer->response.code : "client-gone", client_,
                            Clock::now() - start});
            }
            if (!sent)
                co_return;
            if (!answer->keep)
                co_return co_await drain();
        }
    }

private:
    auto& lowest() { return beast::get_lowest_layer(stream_); }

    /// False when the client has gone, or kept silent for too long.
    asio::awaitable<bool> wait_for_request(bool first)
    {
        lowest().expires_after(first ? shared_.limits.header_deadline : shared_.limits.idle);
        session_.idle = true;
        auto [failure, bytes] = co_await stream_.async_read_some(buffer_.prepare(8192), as_tuple);
        session_.idle = false;
        buffer_.commit(bytes);
        co_return !failure;
    }

    /// Nothing when no answer is possible.
    static std::optional<Answer> unreadable(const boost::system::error_code& failure)
    {
        if (failure == wire::error::header_limit || failure == wire::error::buffer_overflow)
            return Answer{error(431, "header-too-large", "The request's header is too large."), false};
        if (failure == wire::error::partial_message ||
            failure.category() != make_error_code(wire::error::bad_method).category())
            return std::nullopt; // gone, or too slow
        return Answer{error(400, "request-malformed", "This is not HTTP as RFC 9112 has it."), false};
    }

    asio::awaitable<std::optional<Answer>> read_and_answer(Parser& parser)
    {
        auto request = to_request(parser.get().base(), session_.client, lowest().socket().local_endpoint(),
                                  !std::is_same_v<Stream, beast::tcp_stream>);
        const bool no_body = parser.is_done();
        const bool keep = parser.get().keep_alive() && no_body;
        if (!request)
            co_return Answer{error(400, request.error()), false};
        client_ = request->client; // as a proxy says it
        const auto found = shared_.router.find(request->method, request->target);
        if (std::holds_alternative<Router::NotFound>(found))
            co_return Answer{error(404, "not-found", "There is nothing here."), keep};
        if (const auto* wrong = std::get_if<Router::WrongMethod>(&found))
            co_return Answer{error(405, "method-not-allowed", "This cannot be done here.").with("Allow", wrong->allow),
                             keep};
        const auto& match = std::get<Router::Found>(found);
        request->parameters = match.parameters;
        if (!no_body) {
            const auto max = match.route->max_body;
            auto refused =
                Answer{error(413, "body-too-large", fmt::format("At most {} bytes can be sent here.", max)), false};
            if (parser.content_length().value_or(0) > max)
                co_return refused;
            parser.body_limit(max);
            if (beast::iequals(parser.get()[wire::field::expect], "100-continue") && !co_await write_continue(stream_))
                co_return std::nullopt;
            lowest().expires_after(shared_.limits.body_deadline);
            auto [failure, bytes] = co_await wire::async_read(stream_, buffer_, parser, as_tuple);
            if (failure == wire::error::body_limit)
                co_return refused;
            if (failure)
                co_return unreadable(failure);
            request->body = std::move(parser.get().body());
        }
        lowest().expires_never(); // the handler's time is not the client's
        auto response = co_await handle(*match.route, *request);
        co_return Answer{std::move(response), parser.get().keep_alive()};
    }

    /// Takes for a short while what the client still sends: closing with unread bytes would reset the connection, and
    /// the client might never see why.
    asio::awaitable<void> drain()
    {
        constexpr std::size_t most = 4 << 20;
        lowest().expires_after(std::chrono::seconds(2));
        for (std::size_t taken = 0; taken < most;) {
            buffer_.clear();
            auto [failure, bytes] = co_await stream_.async_read_some(buffer_.prepare(65536), as_tuple);
            if (failure)
                break;
            taken += bytes;
        }
    }

    Stream& stream_;
    Session& session_;
    const Shared& shared_;
    beast::flat_buffer buffer_;
    std::string client_; ///< of the last request
};

/// Makes the session closable from outside as long as the stream exists.
class Closable
{
public:
    Closable(Session& session, beast::tcp_stream& stream) : session_(session)
    {
        session_.close = [&stream] { stream.close(); };
    }
    ~Closable() { session_.close = nullptr; }
    Closable(const Closable&) = delete;
    Closable& operator=(const Closable&) = delete;

private:
    Session& session_;
};

} // namespace

asio::awaitable<void> serve(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> tls,
                            std::shared_ptr<Session> session, const Shared& shared)
{
    if (!tls) {
        beast::tcp_stream stream(std::move(socket));
        const Closable closable(*session, stream);
        Connection<beast::tcp_stream> connection(stream, *session, shared);
        co_await connection.run();
        co_return;
    }
    asio::ssl::stream<beast::tcp_stream> stream(beast::tcp_stream(std::move(socket)), *tls);
    const Closable closable(*session, stream.next_layer());
    stream.next_layer().expires_after(shared.limits.header_deadline);
    auto [refused] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_tuple);
    if (refused) {
        log_note("tls-failed", session->client, refused.message());
        co_return;
    }
    Connection<asio::ssl::stream<beast::tcp_stream>> connection(stream, *session, shared);
    co_await connection.run();
    stream.next_layer().expires_after(std::chrono::seconds(2));
    co_await stream.async_shutdown(as_tuple); // whether the client says goodbye too does not matter
}

} // namespace farboot::server::http
