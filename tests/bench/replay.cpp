#include "tests/bench/replay/player.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

#include <sys/prctl.h>

/// Reads an image as a PC did that was watched while it started.

int main(int argc, char** argv)
{
    using namespace farboot::bench;
    CLI::App app("Repeats the reads of a trace, one at a time, with the pauses between them. Prints JSON: seconds from "
                 "the start to the last byte, of them in reads and in pauses; reads, bytes.",
                 "bench-replay");
    std::string uri;
    std::string file;
    std::string trace_file;
    std::string image;
    app.add_option("--trace", trace_file, "CSV file, docs/benchmarks.md")->required()->check(CLI::ExistingFile);
    auto* from_server = app.add_option("--uri", uri, "NBD server; one that does not listen yet is waited for");
    app.add_option("--file", file, "Read from a local file instead")->excludes(from_server);
    app.add_option("--compare", image, "Fail if a byte differs from this file")->check(CLI::ExistingFile);
    CLI11_PARSE(app, argc, argv);

    prctl(PR_SET_TIMERSLACK, 1UL);
    try {
        const auto trace = Trace::load(trace_file);
        Stopwatch total;
        const auto disk = uri.empty() ? open_file(file) : open_nbd(uri);
        const auto connected = total.seconds();
        const auto reference = image.empty() ? nullptr : open_file(image);
        const auto played = play(trace, *disk, reference.get());
        std::cout << nlohmann::json{{"seconds", connected + played.read_seconds + played.pause_seconds},
                                    {"connect_seconds", connected},
                                    {"read_seconds", played.read_seconds},
                                    {"pause_seconds", played.pause_seconds},
                                    {"slowest_read_seconds", played.slowest_read_seconds},
                                    {"reads", trace.reads.size()},
                                    {"bytes", played.bytes}}
                  << "\n";
    } catch (const std::exception& error) {
        std::cerr << "bench-replay: " << error.what() << "\n";
        return 1;
    }
    return 0;
}
