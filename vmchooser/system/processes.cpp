#include "vmchooser/system/processes.hpp"

#include <QEventLoop>
#include <QMetaObject>
#include <QProcess>

namespace farboot::vmchooser
{
namespace
{

constexpr int polite_wait_ms = 2000;
constexpr qsizetype kept_bytes = 2048;

} // namespace

Result<ProcessEnd> SystemProcesses::run(const std::vector<std::string>& command, std::stop_token stop)
{
    QStringList arguments;
    for (const auto& argument : command)
        arguments << QString::fromStdString(argument);
    const auto program = arguments.takeFirst();

    QByteArray errors;
    QProcess process;
    QEventLoop loop;
    process.setStandardInputFile(QProcess::nullDevice());
    process.setStandardOutputFile(QProcess::nullDevice());
    QObject::connect(&process, &QProcess::readyReadStandardError,
                     [&] { errors = (errors + process.readAllStandardError()).right(kept_bytes); });
    QObject::connect(&process, &QProcess::finished, &loop, &QEventLoop::quit);
    QObject::connect(&process, &QProcess::errorOccurred, &loop, &QEventLoop::quit);
    process.start(program, arguments);
    if (!process.waitForStarted())
        return fail("program-missing", "The program {} could not be started: {}.", command.front(),
                    process.errorString().toStdString());
    {
        const std::stop_callback quit(stop, [&] { QMetaObject::invokeMethod(&loop, "quit", Qt::QueuedConnection); });
        if (process.state() != QProcess::NotRunning)
            loop.exec();
    }
    if (process.state() != QProcess::NotRunning) {
        process.terminate();
        if (!process.waitForFinished(polite_wait_ms)) {
            process.kill();
            process.waitForFinished(-1);
        }
        return ProcessEnd{-1, errors.toStdString()};
    }
    return ProcessEnd{process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, errors.toStdString()};
}

} // namespace farboot::vmchooser
