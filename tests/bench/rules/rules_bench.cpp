#include "server/catalog/menu.hpp"
#include "server/catalog/zones.hpp"
#include "server/rules/why.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>

/// What a menu costs in a big catalog: rules-bench [SYSTEMS PCS RULES], 1000 10000 5000 unless given. Every PC is a
/// location of its own (a seat, known by MAC), in rooms (by subnet) of buildings of campuses. Two catalogs are asked:
///
///     spread   a tenth of the rules for everywhere, the others for random places; ten entries each; every third has
///              weekly windows, every fifth a group, every tenth a hardware class
///     harsh    all rules for everywhere, each with twenty entries, a group that the user is in, and seven weekly
///     windows,
///              so that about every second one holds
///
/// Prints the rows of the table in docs/rules.md: CPU time of one thread.
namespace
{

using namespace farboot;
using namespace farboot::rules;

struct Sizes {
    int systems = 1000;
    int pcs = 10'000;
    int rules = 5000;
};

constexpr int seats_a_room = 20;
constexpr int rooms_a_building = 20;
constexpr int buildings_a_campus = 10;

double cpu_ms()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

server::Address room_address(int room, int host)
{
    return server::Address::parse(fmt::format("10.{}.{}.{}", room / 256, room % 256, host)).value();
}

Mac mac_of(int pc)
{
    return Mac::parse(fmt::format("52:54:00:{:02x}:{:02x}:{:02x}", pc / 65536, pc / 256 % 256, pc % 256)).value();
}

/// As many locations as PCs: seats first, then what they are in.
std::vector<Location> campus(const Sizes& sizes)
{
    const int inner = sizes.pcs / seats_a_room;
    const int seats = sizes.pcs - inner - inner / rooms_a_building - inner / rooms_a_building / buildings_a_campus - 3;
    std::vector<Location> locations;
    const auto add = [&](std::optional<std::int64_t> parent) -> Location& {
        auto& location = locations.emplace_back();
        location.id = static_cast<std::int64_t>(locations.size());
        location.parent = parent;
        location.name.en = fmt::format("Location {}", location.id);
        return location;
    };
    std::int64_t campus_id = 0;
    std::int64_t building_id = 0;
    std::int64_t room_id = 0;
    for (int pc = 0; pc < seats; ++pc) {
        const int room = pc / seats_a_room;
        if (pc % (seats_a_room * rooms_a_building * buildings_a_campus) == 0)
            campus_id = add({}).id;
        if (pc % (seats_a_room * rooms_a_building) == 0)
            building_id = add(campus_id).id;
        if (pc % seats_a_room == 0) {
            auto& location = add(building_id);
            location.subnets = {{room_address(room, 0), 24}};
            room_id = location.id;
        }
        add(room_id).macs = {mac_of(pc)};
    }
    return locations;
}

Times weekly(int windows, std::mt19937& random)
{
    Times times;
    times.zone = "Europe/Berlin";
    for (int i = 0; i < windows; ++i) {
        const auto from = std::chrono::minutes(random() % 1440);
        times.weekly.push_back({static_cast<std::uint8_t>(1 + random() % 127), from,
                                std::chrono::minutes((from.count() + 1 + static_cast<int>(random() % 1439)) % 1440)});
    }
    return times;
}

Rule rule_of(int number, const Sizes& sizes, std::size_t locations, bool harsh, std::mt19937& random)
{
    Rule rule;
    rule.id = number;
    rule.position = number;
    rule.name.en = fmt::format("Rule {}", number);
    if (!harsh && number % 10 != 0)
        rule.location = 1 + static_cast<std::int64_t>(random() % locations);
    if (harsh || number % 3 == 0)
        rule.time = weekly(harsh ? 7 : 2, random);
    if (harsh)
        rule.groups = {"students"};
    else if (number % 5 == 0)
        rule.groups = {fmt::format("group {}", random() % 20)};
    if (!harsh && number % 10 == 1)
        rule.hardware = {1 + static_cast<std::int64_t>(random() % 20)};
    auto& list = number % 2 ? rule.show : rule.hide;
    for (int i = 0; i < (harsh ? 20 : 10); ++i)
        list.push_back(1 + static_cast<std::int64_t>(random() % static_cast<unsigned>(sizes.systems)));
    std::ranges::sort(list);
    const auto twins = std::ranges::unique(list);
    list.erase(twins.begin(), twins.end());
    if (number % 4 == 0)
        rule.automatic = Automatic{1 + static_cast<std::int64_t>(random() % static_cast<unsigned>(sizes.systems)), 10};
    return rule;
}

catalog::Snapshot snapshot_of(const Sizes& sizes, bool harsh)
{
    std::mt19937 random(1);
    catalog::Snapshot snapshot;
    for (int i = 1; i <= sizes.systems; ++i) {
        catalog::Entry entry;
        entry.id = i;
        entry.kind = "system";
        entry.record = {"boot", fmt::format("system-{}", i)};
        entry.title = {fmt::format("System Nummer {}", i), fmt::format("System number {}", i)};
        entry.description = {"Ein Arbeitsplatz mit allem, was man braucht", "A desktop with all that one needs"};
        entry.icon = "desktop";
        snapshot.current.emplace(entry.record, 1);
        snapshot.entries.push_back(std::move(entry));
    }
    Catalog given;
    given.zones.emplace("Europe/Berlin", *catalog::find_zone("Europe/Berlin"));
    given.locations = campus(sizes);
    for (int i = 1; i <= 20; ++i)
        given.classes.push_back({.id = i,
                                 .name = {},
                                 .vendor = fmt::format("vendor {}*", i),
                                 .product = "*optiplex*",
                                 .memory_min = 4000,
                                 .memory_max = {},
                                 .cpu_flags = {"avx2"},
                                 .version = 1});
    for (int i = 1; i <= sizes.rules; ++i)
        given.rules.push_back(rule_of(i, sizes, given.locations.size(), harsh, random));
    snapshot.prepare(std::move(given));
    return snapshot;
}

Question question_of(int pc)
{
    Question question;
    question.pc.address = room_address(pc / seats_a_room, 1 + pc % seats_a_room);
    question.pc.mac = mac_of(pc);
    question.pc.hardware = {
        fmt::format("Vendor {} Inc.", pc % 25), "Dell OptiPlex 7010", 16'000, {"aes", "avx2", "sse4_2"}};
    question.user = {"anna", {fmt::format("group {}", pc % 20), "students"}};
    question.time = parse_time("2026-06-01T08:00:00Z").value() + std::chrono::minutes(pc);
    return question;
}

/// Times each of many questions.
void measure(const char* catalog, const char* what, int count, const std::function<std::size_t(const Question&)>& ask)
{
    std::vector<double> times;
    std::size_t size = 0;
    for (int i = 0; i < count; ++i) {
        const auto question = question_of(i);
        const auto start = cpu_ms();
        size += ask(question);
        times.push_back(cpu_ms() - start);
    }
    std::ranges::sort(times);
    double sum = 0;
    for (const auto each : times)
        sum += each;
    std::printf("%s | %s | %.3f | %.3f | %.3f | %zu\n", catalog, what, sum / count,
                times[static_cast<std::size_t>(count) * 99 / 100], times.back(),
                size / static_cast<std::size_t>(count));
}

} // namespace

int main(int argc, char** argv)
{
    Sizes sizes;
    if (argc == 4)
        sizes = {std::atoi(argv[1]), std::atoi(argv[2]), std::atoi(argv[3])};
    if ((argc != 1 && argc != 4) || sizes.systems < 1 || sizes.pcs < 1000 || sizes.rules < 1) {
        std::fprintf(stderr, "usage: rules-bench [SYSTEMS PCS RULES]\n");
        return 2;
    }
    std::printf("catalog | what | mean ms | p99 ms | worst ms | entries or bytes\n");
    for (const bool harsh : {false, true}) {
        const char* name = harsh ? "harsh" : "spread";
        const auto start = cpu_ms();
        const auto snapshot = snapshot_of(sizes, harsh);
        std::printf("%s | catalog and index made | %.0f | | | %zu locations\n", name, cpu_ms() - start,
                    snapshot.rules->catalog().locations.size());
        const int count = sizes.pcs * 9 / 10;
        measure(name, "decision", count, [&](const Question& question) {
            const auto decision = snapshot.rules->decide(question);
            return static_cast<std::size_t>(std::ranges::count_if(decision.verdicts, &Verdict::shown));
        });
        measure(name, "menu, as JSON", count, [&](const Question& question) {
            return catalog::menu(snapshot, question, {"standard", {"https://server:8443/store"}}).size();
        });
        measure(name, "explanation, as JSON", std::min(count, 200),
                [&](const Question& question) { return explanation(*snapshot.rules, question).dump().size(); });
    }
    return 0;
}
