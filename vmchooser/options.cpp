#include "vmchooser/options.hpp"

#include <QCommandLineParser>

namespace farboot::vmchooser
{

Options parse_options(const QCoreApplication& application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription("Offers the virtual machines of a Farboot server and the desktops of this PC.");
    parser.addHelpOption();
    const QCommandLineOption data("data", "Folder of server.json, policy.dsse and ca.pem.", "DIR",
                                  "/run/farboot-session");
    const QCommandLineOption sessions("sessions", "Folder of the installed desktop sessions.", "DIR",
                                      "/usr/share/xsessions");
    const QCommandLineOption scratch(
        "scratch", "Folder for what machines write to their disks (default: /var/tmp/farboot-<uid>).", "DIR");
    const QCommandLineOption reader("reader", "Folder of the sockets of the reader of virtual disks.", "DIR",
                                    "/run/farboot-reader");
    const QCommandLineOption root_reader("root-reader", "Control socket of the root file system's reader.", "SOCKET",
                                         "/run/initramfs/run/control.sock");
    const QCommandLineOption relay("relay", "Where farboot-system(8) asks the server as this PC.", "SOCKET",
                                   "/run/farboot-system/socket");
    const QCommandLineOption language("language", "de or en (default: the session's language).", "LANGUAGE");
    const QCommandLineOption accelerator("accelerator", "kvm or tcg (default: KVM where it works).", "NAME");
    const QCommandLineOption no_usb("no-usb", "Never hand USB devices to machines, whatever the server's entries say.");
    const QCommandLineOption share_home("share-home", "Let machines whose entry asks for it see the user's home.");
    parser.addOptions({no_usb, share_home, data, sessions, scratch, reader, root_reader, relay, language, accelerator});
    parser.process(application);

    const auto refuse = [&](const QCommandLineOption& option) {
        qCritical("%s: --%s cannot be \"%s\"; see --help.", qUtf8Printable(QCoreApplication::applicationName()),
                  qUtf8Printable(option.names().first()), qUtf8Printable(parser.value(option)));
        ::exit(2);
    };
    const auto path = [&](const QCommandLineOption& option) {
        return std::filesystem::path(parser.value(option).toStdString());
    };
    Options options;
    options.data = path(data);
    options.sessions = path(sessions);
    options.scratch = path(scratch);
    options.reader_control = path(reader) / "control.sock";
    options.nbd_socket = path(reader) / "nbd.sock";
    options.root_reader = path(root_reader);
    options.relay = path(relay);
    options.language = parser.value(language);
    if (parser.isSet(language) && options.language != "de" && options.language != "en")
        refuse(language);
    options.usb = !parser.isSet(no_usb);
    options.share_home = parser.isSet(share_home);
    if (parser.isSet(accelerator)) {
        const auto name = parser.value(accelerator);
        if (name != "kvm" && name != "tcg")
            refuse(accelerator);
        options.accelerator = name == "kvm" ? Accelerator::kvm : Accelerator::tcg;
    }
    return options;
}

} // namespace farboot::vmchooser
