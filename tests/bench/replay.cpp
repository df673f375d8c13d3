#include "tests/bench/replay/player.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <numeric>

#include <sys/prctl.h>

/// Reads an image as a PC did that was watched while it started.

namespace
{

farboot::rootfs::Trace load(const std::string& file)
{
    std::ifstream stream(file);
    auto trace = farboot::rootfs::Trace::parse(std::string(std::istreambuf_iterator<char>(stream), {}));
    if (!trace)
        throw std::runtime_error(file + ": " + trace.error().sentence);
    return *trace;
}

} // namespace

int main(int argc, char** argv)
{
    using namespace farboot::bench;
    CLI::App app("Repeats the reads of a trace, one at a time, with the pauses between them. Prints JSON: seconds from "
                 "the start to the last byte, of them in reads and in pauses; bytes.",
                 "bench-replay");
    std::string uri;
    std::string file;
    std::string trace_file;
    std::string image;
    std::string each;
    double scale = 1;
    app.add_option("--trace", trace_file, "What to read")->required();
    app.add_option("--scale", scale, "Pauses are so many times as long")->check(CLI::NonNegativeNumber);
    auto* from_server = app.add_option("--uri", uri, "NBD server; one that does not listen yet is waited for");
    app.add_option("--file", file, "Read from a local file instead")->excludes(from_server);
    app.add_option("--compare", image, "Fail if a byte differs from this file");
    app.add_option("--each", each, "File that gets a line for each read: the seconds that it took");
    CLI11_PARSE(app, argc, argv);

    prctl(PR_SET_TIMERSLACK, 1UL);
    try {
        const auto trace = load(trace_file);
        const Stopwatch total;
        const auto disk = uri.empty() ? open_file(file) : open_nbd(uri);
        const auto connected = total.seconds();
        const auto reference = image.empty() ? nullptr : open_file(image);
        const auto played = play(trace, scale, *disk, reference.get());
        const auto in_reads = std::accumulate(played.reads.begin(), played.reads.end(), 0.0);
        std::cout << nlohmann::json{{"seconds", connected + in_reads + played.pause_seconds},
                                    {"connect_seconds", connected},
                                    {"read_seconds", in_reads},
                                    {"pause_seconds", played.pause_seconds},
                                    {"bytes", played.bytes}}
                  << "\n";
        if (!each.empty()) {
            std::ofstream lines(each);
            for (const auto seconds : played.reads)
                lines << seconds << "\n";
        }
    } catch (const std::exception& error) {
        std::cerr << "bench-replay: " << error.what() << "\n";
        return 1;
    }
    return 0;
}
