#include "tests/bench/link/link.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <optional>
#include <system_error>

#include <arpa/inet.h>
#include <sys/prctl.h>

/// A wide area link in front of a server of this machine.

namespace
{

/// "127.0.0.1:80"
std::optional<sockaddr_in> parse_address(const std::string& text)
{
    const auto colon = text.rfind(':');
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (colon == text.npos || inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1)
        return std::nullopt;
    const auto port = std::strtoul(text.c_str() + colon + 1, nullptr, 10);
    if (port == 0 || port > 65'535)
        return std::nullopt;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app("Listens on 127.0.0.1 and passes connections on to a server as a wide area link would: with delay, a "
                 "rate that all connections share fairly, and TCP's slow start. Prints its port, and at its end "
                 "(SIGTERM) its counters as JSON.",
                 "wan-link");
    std::uint16_t port = 0;
    std::string to;
    double milliseconds = 0;
    double megabits = 0;
    bool no_slow_start = false;
    app.add_option("--listen", port, "Port; 0 is any free one")->required();
    const auto is_address = [](const std::string& text) {
        return parse_address(text) ? "" : "must be an IPv4 address and a port, such as 127.0.0.1:80";
    };
    app.add_option("--to", to, "Where the server listens, ADDRESS:PORT")->required()->check(is_address);
    app.add_option("--rtt", milliseconds, "Round trip in milliseconds")->required()->check(CLI::Range(0.0, 10'000.0));
    app.add_option("--rate", megabits, "Mbit/s in each direction")->required()->check(CLI::Range(0.1, 100'000.0));
    app.add_flag("--no-slow-start", no_slow_start, "Connections are at full speed at once");
    CLI11_PARSE(app, argc, argv);

    using namespace farboot::bench;
    prctl(PR_SET_TIMERSLACK, 1UL);
    try {
        const LinkShape shape{Duration(static_cast<std::int64_t>(milliseconds * 1e6)), megabits * 1e6 / 8,
                              !no_slow_start};
        Link link(shape, port, parse_address(to).value_or(sockaddr_in{})); // checked above
        fmt::print("listening {}\n", link.port());
        std::fflush(stdout);
        link.run();
        const auto all = link.counters();
        fmt::print("{{\"connections\": {}, \"to_client_bytes\": {}, \"to_server_bytes\": {}, \"idle_restarts\": {}}}\n",
                   all.connections, all.to_client_bytes, all.to_server_bytes, all.idle_restarts);
    } catch (const std::system_error& error) {
        fmt::print(stderr, "wan-link: {}\n", error.what());
        return 1;
    }
    return 0;
}
