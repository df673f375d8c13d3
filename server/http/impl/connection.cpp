#include "server/http/impl/connection.hpp"

#include "server/base/unavailable.hpp"
#include "server/base/workers.hpp"
#include "server/http/impl/log.hpp"
#include "server/http/impl/message.hpp"
#include "server/http/impl/write.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
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
using HeaderParser = wire::request_parser<wire::empty_body>;
using Clock = std::chrono::steady_clock;

/// An answer, and whether the connection can be used for another request behind it. It has a constructor because g++ 12
/// destroys the members of a braced aggregate twice when a coroutine returns it.
struct Answer {
    Answer(Response the_response, bool keep_open) : response(std::move(the_response)), keep(keep_open) {}
    Response response;
    bool keep;
};

/// What the log says of a request, and whether its answer has a body.
struct FirstLine {
    explicit FirstLine(const HeaderParser::value_type& message)
        : method(message.method() == wire::verb::unknown ? "OTHER" : std::string(message.method_string())),
          target(message.target()),
          is_head(message.method() == wire::verb::head)
    {
    }
    std::string method;
    std::string target;
    bool is_head;
};

/// An upload's body, as its handler reads it.
template <class Stream>
class StreamedBody : public BodyReader
{
public:
    StreamedBody(Stream& stream, beast::flat_buffer& buffer, HeaderParser&& header, const Limits& limits)
        : stream_(stream),
          buffer_(buffer),
          parser_(std::move(header)),
          length_(parser_.content_length().value_or(0)),
          limits_(limits)
    {
        parser_.body_limit(length_);
    }

    [[nodiscard]] std::uint64_t length() const override { return length_; }

    [[nodiscard]] asio::awaitable<std::size_t> read(std::span<char> into) override
    {
        if (!started_) {
            started_ = true;
            if (beast::iequals(parser_.get()[wire::field::expect], "100-continue") && !co_await write_continue(stream_))
                throw BodyLost("the client has gone");
            end_ = Clock::now() + deadline_for(length_);
        }
        if (parser_.is_done() || into.empty())
            co_return 0;
        auto& body = parser_.get().body();
        body.data = into.data();
        body.size = into.size();
        // Who has gone without a word must not hold up for hours what he was sending.
        beast::get_lowest_layer(stream_).expires_at(std::min(end_, Clock::now() + deadline_for(into.size())));
        auto [failure, bytes] = co_await wire::async_read(stream_, buffer_, parser_, as_tuple);
        if (failure && failure != wire::error::need_buffer)
            throw BodyLost(failure.message());
        co_return into.size() - body.size;
    }

    [[nodiscard]] bool is_done() const { return parser_.is_done(); }

private:
    [[nodiscard]] std::chrono::milliseconds deadline_for(std::uint64_t bytes) const
    {
        // Years; more than the clock can count in nanoseconds would be no deadline.
        constexpr std::uint64_t longest = 10ULL * 365 * 24 * 3600;
        return limits_.body_deadline + std::chrono::seconds(std::min(bytes / limits_.upload_rate, longest));
    }

    Stream& stream_;
    beast::flat_buffer& buffer_;
    wire::request_parser<wire::buffer_body> parser_;
    std::uint64_t length_;
    const Limits& limits_;
    Clock::time_point end_{};
    bool started_ = false;
};

/// Runs a handler; what it throws becomes an answer, except BodyLost.
template <class Call>
asio::awaitable<Response> guarded(const Request& request, Call call)
{
    std::string failure;
    try {
        co_return co_await call();
    } catch (const Overloaded&) {
        co_return error(503, "busy", "The server has too much to do: try again in a few seconds.")
            .with("Retry-After", "2");
    } catch (const Unavailable& unavailable) {
        log_exception(request.id, request.target.path, unavailable.detail);
        co_return error(503, unavailable.code, unavailable.sentence).with("Retry-After", "10");
    } catch (const BodyLost&) {
        throw;
    } catch (const std::exception& exception) {
        failure = exception.what();
    }
    log_exception(request.id, request.target.path, failure);
    co_return error(
        500, "internal",
        fmt::format("The server could not do this because of an error of its own, which is in its log under {}.",
                    request.id));
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
            HeaderParser parser;
            parser.header_limit(static_cast<std::uint32_t>(shared_.limits.header_bytes));
            parser.body_limit(boost::none); // by route, below
            const auto failure = co_await read_header(parser);
            if (failure == wire::error::end_of_stream)
                co_return;
            const FirstLine line(parser.get());
            seen_ = {};
            seen_.id = fresh_request_id();
            std::optional<Answer> answer;
            std::string lost = failure.message();
            if (failure) { // g++ 12 destroys the result of a co_await within ?: twice
                answer = unreadable(failure);
            } else {
                try {
                    answer = co_await read_and_answer(parser);
                } catch (const BodyLost& exception) {
                    lost = exception.what();
                }
            }
            if (!answer) {
                note({.id = seen_.id, .method = "-", .target = "-", .code = lost, .client = client_}, start);
                co_return;
            }
            answer->response.with("X-Request-Id", seen_.id);
            const bool streams = answer->response.is_stream();
            answer->keep = answer->keep && !streams;
            const bool keep = answer->keep && !shared_.stopping;
            session_.idle = streams; // may be ended at any time
            const bool sent = co_await write(stream_, answer->response,
                                             {.head = line.is_head, .keep = keep, .stall = shared_.limits.write_stall});
            session_.idle = false;
            const auto body_bytes = sent && !line.is_head ? answer->response.length() : 0;
            shared_.rates.sent(client_, body_bytes, Clock::now());
            note({.id = seen_.id,
                  .method = line.method,
                  .target = line.target,
                  .route = seen_.route ? std::string_view(seen_.route->pattern) : std::string_view(),
                  .status = answer->response.status,
                  .code = sent ? std::string_view(answer->response.code) : "client-gone",
                  .client = client_,
                  .who = seen_.who,
                  .bytes = body_bytes,
                  .streamed = streams},
                 start);
            if (!sent)
                co_return;
            if (!answer->keep)
                co_return co_await drain();
        }
    }

private:
    auto& lowest() { return beast::get_lowest_layer(stream_); }

    void note(Finished request, Clock::time_point start)
    {
        request.took = Clock::now() - start;
        log_request(request);
        if (shared_.observer)
            shared_.observer->finished(request);
    }

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

    /// Most headers have come whole with their first bytes: they need no turn of the thread's events.
    asio::awaitable<boost::system::error_code> read_header(HeaderParser& parser)
    {
        boost::system::error_code failure;
        buffer_.consume(parser.put(buffer_.data(), failure));
        if (failure != wire::error::need_more)
            co_return failure;
        auto [later, bytes] = co_await wire::async_read_header(stream_, buffer_, parser, as_tuple);
        co_return later;
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

    /// Takes the parser's header away with the body.
    asio::awaitable<std::optional<Answer>> read_and_answer(HeaderParser& parser)
    {
        auto request = to_request(parser.get().base(), session_.client, shared_.proxies,
                                  lowest().socket().local_endpoint(), !std::is_same_v<Stream, beast::tcp_stream>);
        const bool no_body = parser.is_done();
        const bool keep_alive = parser.get().keep_alive();
        const bool keep = keep_alive && no_body;
        if (!request)
            co_return Answer{error(400, request.error()), false};
        client_ = request->client; // as a proxy says it
        seen_.id = request->id;
        if (const auto wait = shared_.rates.take(client_, Clock::now()); wait.count() > 0)
            co_return Answer{error(429, "too-many-requests",
                                   fmt::format("So much was asked from this address lately that it must wait: try "
                                               "again in {} seconds.",
                                               wait.count()))
                                 .with("Retry-After", std::to_string(wait.count())),
                             keep};
        const auto found = shared_.router.find(request->method, request->target);
        if (std::holds_alternative<Router::NotFound>(found))
            co_return Answer{error(404, "not-found", "There is nothing here."), keep};
        if (const auto* wrong = std::get_if<Router::WrongMethod>(&found))
            co_return Answer{error(405, "method-not-allowed", "This cannot be done here.").with("Allow", wrong->allow),
                             keep};
        const auto& match = std::get<Router::Found>(found);
        const auto& route = *match.route;
        seen_.route = &route;
        request->parameters = match.parameters;
        if (parser.content_length().value_or(0) > route.max_body)
            co_return too_large(route);
        if (const auto* upload = std::get_if<UploadHandler>(&route.handler)) {
            if (!parser.content_length())
                co_return Answer{error(411, "length-required", "Say with Content-Length how many bytes are sent."),
                                 keep};
            StreamedBody body(stream_, buffer_, std::move(parser), shared_.limits);
            lowest().expires_never(); // until the body is read
            const auto call = [&] { return (*upload)(*request, body); };
            auto response = co_await guarded(*request, call);
            seen_.who = request->who;
            co_return Answer{std::move(response), keep_alive && body.is_done()};
        }
        if (!no_body) {
            if (beast::iequals(parser.get()[wire::field::expect], "100-continue") && !co_await write_continue(stream_))
                co_return std::nullopt;
            wire::request_parser<wire::string_body> whole(std::move(parser));
            whole.body_limit(route.max_body);
            lowest().expires_after(shared_.limits.body_deadline);
            auto [failure, bytes] = co_await wire::async_read(stream_, buffer_, whole, as_tuple);
            if (failure == wire::error::body_limit)
                co_return too_large(route);
            if (failure)
                co_return unreadable(failure);
            request->body = std::move(whole.get().body());
        }
        lowest().expires_never(); // the handler's time is not the client's
        const auto call = [&] { return std::get<Handler>(route.handler)(*request); };
        auto response = co_await guarded(*request, call);
        seen_.who = request->who;
        co_return Answer{std::move(response), keep_alive};
    }

    static Answer too_large(const Route& route)
    {
        return {error(413, "body-too-large", fmt::format("At most {} bytes can be sent here.", route.max_body)), false};
    }

    /// Says that nothing more comes, and takes for a short while what the client still sends: closing with unread bytes
    /// would reset the connection, and the client might never see why (RFC 9112 section 9.6).
    asio::awaitable<void> drain()
    {
        if constexpr (!std::is_same_v<Stream, beast::tcp_stream>)
            co_return; // TLS says it with an alert, and waits for the client's, behind run()
        boost::system::error_code gone;
        lowest().socket().shutdown(asio::ip::tcp::socket::shutdown_send, gone);
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
    struct Seen {
        std::string id;
        std::string who;
        const Route* route = nullptr;
    } seen_; ///< of the last request
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
    TlsStream stream(std::move(socket), *tls);
    const Closable closable(*session, stream.next_layer());
    stream.next_layer().expires_after(shared.limits.header_deadline);
    const auto refused = co_await stream.handshake();
    if (refused) {
        log_note("tls-failed", session->client, refused.message());
        co_return;
    }
    Connection<TlsStream> connection(stream, *session, shared);
    co_await connection.run();
    stream.next_layer().expires_after(std::chrono::seconds(2));
    co_await stream.shutdown(); // whether the client says goodbye too does not matter
}

} // namespace farboot::server::http
