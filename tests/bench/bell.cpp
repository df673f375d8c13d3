// Many PCs that are switched on within a minute, as a server sees them: each opens a connection, fetches the menu page,
// its menu and a record, and streams the beginning of a pack. Prints what they saw as JSON.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <random>
#include <sys/resource.h>

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace
{

struct Options {
    std::uint16_t port = 0;
    std::string ca;
    std::size_t pcs = 5000;
    double seconds = 60;
    std::string record;
    std::string pack;
    std::uint64_t bytes = 2 << 20;
    std::uint64_t seed = 1;
};

struct Seen {
    std::vector<double> menus; ///< milliseconds from the request to its whole answer
    std::vector<double> pcs;   ///< the same of all that a PC does, with the connection
    std::uint64_t bytes = 0;
    std::size_t errors = 0;
    std::string first_error;
    std::size_t open = 0;
    std::size_t most_open = 0;
};

double since(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// One PC's connection.
class Pc
{
public:
    Pc(asio::io_context& io, asio::ssl::context& tls, Seen& seen) : stream_(io, tls), seen_(seen) {}

    asio::awaitable<void> connect(std::uint16_t port)
    {
        const tcp::endpoint server(asio::ip::address_v4::loopback(), port);
        co_await stream_.next_layer().async_connect(server, asio::use_awaitable);
        stream_.next_layer().set_option(tcp::no_delay(true));
        stream_.set_verify_callback(asio::ssl::host_name_verification("localhost"));
        co_await stream_.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
    }

    /// Throws unless the answer has this status.
    asio::awaitable<void> get(const std::string& target, int status, const std::string& more)
    {
        const auto text = fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", target, more);
        co_await asio::async_write(stream_, asio::buffer(text), asio::use_awaitable);
        std::string head;
        std::size_t end = std::string::npos;
        while ((end = head.find("\r\n\r\n")) == std::string::npos) {
            const auto count = co_await fill();
            head.append(buffer_.data(), count);
        }
        const auto wanted = fmt::format("HTTP/1.1 {} ", status);
        if (!head.starts_with(wanted))
            throw std::runtime_error(target + ": " + head.substr(0, head.find('\r')));
        constexpr std::string_view length_name = "Content-Length: ";
        const auto at = head.find(length_name);
        std::uint64_t length = 0;
        if (at == std::string::npos || at > end)
            throw std::runtime_error(target + ": no Content-Length");
        std::from_chars(head.data() + at + length_name.size(), head.data() + end, length);
        for (std::uint64_t got = head.size() - end - 4; got < length;) {
            const auto count = co_await fill();
            got += count;
        }
        seen_.bytes += length;
    }

private:
    asio::awaitable<std::size_t> fill() { return stream_.async_read_some(asio::buffer(buffer_), asio::use_awaitable); }

    asio::ssl::stream<tcp::socket> stream_;
    Seen& seen_;
    std::array<char, 16384> buffer_{};
};

asio::awaitable<void> switch_on(asio::io_context& io, asio::ssl::context& tls, const Options& options, Seen& seen,
                                std::size_t number, std::chrono::duration<double> when)
{
    asio::steady_timer timer(io, std::chrono::duration_cast<Clock::duration>(when));
    co_await timer.async_wait(asio::use_awaitable);
    seen.most_open = std::max(seen.most_open, ++seen.open);
    const auto begun = Clock::now();
    const std::string page = "/menu/", nothing;
    const auto menu =
        fmt::format("/api/v1/menu?for=preboot&mac=52:54:00:00:{:02x}:{:02x}", number >> 8 & 255, number & 255);
    const auto range = fmt::format("Range: bytes=0-{}\r\n", options.bytes - 1);
    std::string failure;
    try {
        Pc pc(io, tls, seen);
        co_await pc.connect(options.port);
        co_await pc.get(page, 200, nothing);
        const auto asked = Clock::now();
        co_await pc.get(menu, 200, nothing);
        seen.menus.push_back(since(asked));
        co_await pc.get(options.record, 200, nothing);
        co_await pc.get(options.pack, 206, range);
        seen.pcs.push_back(since(begun));
    } catch (const std::exception& error) {
        failure = error.what();
    }
    --seen.open;
    if (!failure.empty() && seen.errors++ == 0)
        seen.first_error = failure;
}

double percentile(std::vector<double> values, double share)
{
    if (values.empty())
        return 0;
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

double cpu_seconds()
{
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    return static_cast<double>(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           static_cast<double>(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App app("PCs that are switched on at eight o'clock");
    app.add_option("--port", options.port)->required();
    app.add_option("--ca", options.ca)->required();
    app.add_option("--pcs", options.pcs)->capture_default_str();
    app.add_option("--seconds", options.seconds, "in which they come")->capture_default_str();
    app.add_option("--record", options.record, "path")->required();
    app.add_option("--pack", options.pack, "path")->required();
    app.add_option("--bytes", options.bytes, "of the pack")->capture_default_str();
    app.add_option("--seed", options.seed)->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);

    asio::io_context io(1);
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.load_verify_file(options.ca);
    tls.set_verify_mode(asio::ssl::verify_peer);
    Seen seen;
    std::mt19937_64 random(options.seed);
    std::uniform_real_distribution<double> jitter(0, options.seconds);
    const auto start = Clock::now();
    for (std::size_t number = 0; number < options.pcs; ++number)
        asio::co_spawn(io, switch_on(io, tls, options, seen, number, std::chrono::duration<double>(jitter(random))),
                       asio::detached);
    io.run();
    fmt::print("{}\n", nlohmann::json{{"pcs", options.pcs},
                                      {"errors", seen.errors},
                                      {"first_error", seen.first_error},
                                      {"seconds", since(start) / 1000},
                                      {"cpu_seconds", cpu_seconds()},
                                      {"bytes", seen.bytes},
                                      {"most_open", seen.most_open},
                                      {"menu_p50_ms", percentile(seen.menus, 0.5)},
                                      {"menu_p99_ms", percentile(seen.menus, 0.99)},
                                      {"pc_p50_ms", percentile(seen.pcs, 0.5)},
                                      {"pc_p99_ms", percentile(seen.pcs, 0.99)}}
                           .dump());
    return 0;
}
